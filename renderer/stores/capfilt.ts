import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { client } from '../client/index.ts'
import { isAbort } from '../client/faults.ts'
import { countCut, judgeCut } from '../composables/thresholdCounts.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'
import type { CapfiltCounts, CapfiltPair, Thresholds } from '../../core/contract/index.ts'

type Scorer = Awaited<ReturnType<typeof client.capfilt.scorers>>[number]

const nearPauseMs = 150
const reloadPauseMs = 800

/** Scores of captions, the cut through them, and what it keeps. */
export const useCapfilt = defineStore('capfilt', () => {
  const notices = useNotices()
  const project = useProject()
  const state = ref<'idle' | 'loading' | 'ready'>('idle')
  const scorers = shallowRef<Scorer[]>([])
  const scorer = ref<string | null>(null)
  const counts = shallowRef<CapfiltCounts | null>(null)
  const thresholds = shallowRef<Thresholds>({ web: 0.5, synthetic: 0.5 })
  const near = shallowRef<CapfiltPair[]>([])

  const cut = computed(() => (counts.value ? countCut(counts.value, thresholds.value) : null))
  const quality = computed(() => (counts.value ? judgeCut(counts.value, thresholds.value) : null))

  async function load(): Promise<void> {
    if (state.value === 'idle') state.value = 'loading'
    const found = await notices.attempt(() => client.capfilt.scorers())
    scorers.value = (found ?? []).filter((each) => each.metric === 'itm')
    if (!scorers.value.some((each) => each.scorer === scorer.value)) scorer.value = scorers.value[0]?.scorer ?? null
    await loadCounts()
    state.value = 'ready'
  }

  async function loadCounts(): Promise<void> {
    const chosen = scorer.value
    if (!chosen) {
      counts.value = null
      near.value = []
      return
    }
    const loaded = await notices.attempt(() => client.capfilt.counts({ scorer: chosen, metric: 'itm' }))
    if (loaded && chosen === scorer.value) counts.value = loaded
    await loadNear()
  }

  let request: AbortController | undefined
  async function loadNear(): Promise<void> {
    if (!scorer.value) return
    request?.abort()
    const mine = (request = new AbortController())
    try {
      near.value = await client.capfilt.near(
        { scorer: scorer.value, metric: 'itm', thresholds: thresholds.value, limit: 30 },
        { signal: mine.signal },
      )
    } catch (error) {
      if (!isAbort(error) && !mine.signal.aborted) notices.report(error)
    }
  }

  let nearTimer = 0
  watch(thresholds, (values) => {
    clearTimeout(nearTimer)
    nearTimer = window.setTimeout(() => void loadNear(), nearPauseMs)
    project.remember('thresholds', values)
  })
  watch(scorer, () => state.value === 'ready' && void loadCounts())

  let reloadTimer = 0
  watch(
    () => project.changes.pairs,
    () => {
      if (state.value === 'idle') return
      clearTimeout(reloadTimer)
      reloadTimer = window.setTimeout(() => void load(), reloadPauseMs)
    },
  )
  watch(
    () => project.opening,
    () => {
      state.value = 'idle'
      scorer.value = null
      counts.value = null
      thresholds.value = (project.memory.thresholds as Thresholds | undefined) ?? { web: 0.5, synthetic: 0.5 }
    },
    { immediate: true },
  )

  function setThreshold(source: keyof Thresholds, value: number): void {
    thresholds.value = { ...thresholds.value, [source]: value }
  }

  async function apply(): Promise<{ accepted: number; rejected: number } | undefined> {
    if (!scorer.value) return undefined
    const chosen = { scorer: scorer.value, metric: 'itm' as const, thresholds: { ...thresholds.value } }
    return notices.attempt(() => client.capfilt.apply(chosen))
  }

  return { state, scorers, scorer, counts, thresholds, near, cut, quality, load, setThreshold, apply }
})
