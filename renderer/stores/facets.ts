import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { client } from '../client/index.ts'
import { useProject } from './project.ts'

type Facets = Awaited<ReturnType<typeof client.pairs.facets>>

const pauseMs = 1500

/** What the project holds to filter by: sources, decisions, scorers, flags. */
export const useFacets = defineStore('facets', () => {
  const project = useProject()
  const facets = shallowRef<Facets | null>(null)
  /** All pairs of the project. */
  const total = computed(() => Object.values(facets.value?.decisions ?? {}).reduce((sum, each) => sum + each, 0))
  const scored = computed(() => (facets.value?.scorers.length ?? 0) > 0)

  async function load(): Promise<void> {
    facets.value = await client.pairs.facets().catch(() => facets.value)
  }

  watch(
    () => project.opening,
    () => {
      facets.value = null
      if (project.state === 'open') void load()
    },
    { immediate: true },
  )
  let timer = 0
  watch(
    () => project.changes.pairs,
    () => {
      clearTimeout(timer)
      timer = window.setTimeout(() => project.state === 'open' && void load(), pauseMs)
    },
  )
  return { facets, total, scored, load }
})
