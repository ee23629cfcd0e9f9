import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { client } from '../client/index.ts'
import { windowFault } from '../client/faults.ts'
import { positions } from '../composables/ranges.ts'
import { useLibrary } from './library.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'
import { useSettings } from './settings.ts'
import type { Decision, Operation, Pair, Target } from '../../core/contract/index.ts'

const refreshPauseMs = 250
const mostListed = 10_000

/** Decisions and edits: shown at once, written one after the other, said to be saved when they are. */
export const useCuration = defineStore('curation', () => {
  const library = useLibrary()
  const notices = useNotices()
  const project = useProject()
  const settings = useSettings()
  const unsaved = ref(0)
  const everSaved = ref(false)
  /** Says that nothing undecided is left in the view. */
  const allDecided = ref(false)
  const history = shallowRef<Operation[]>([])
  /** Where this window's operations happened, for going back there on undo. */
  const places = new Map<number, number>()
  let chain: Promise<unknown> = Promise.resolve()

  const saving = computed(() => unsaved.value > 0)

  /** Runs writes in the order they were asked for; a fault is shown and the next one goes on. */
  function write<T>(action: () => Promise<T>): Promise<T | undefined> {
    unsaved.value++
    const done = chain.then(() => notices.attempt(action))
    chain = done.finally(() => {
      unsaved.value--
      everSaved.value = true
    })
    return done
  }

  /** Decides the active pair, if it has been on screen; false if it hasn't. */
  function decideActive(decision: Decision): boolean {
    const pair = library.activePair
    if (!pair || library.shown !== pair.captionId) return false
    const entry = library.pending.begin(pair.captionId, decision)
    show(pair.captionId, { decision, decidedBy: 'human' })
    void write(() => client.curate.decide({ target: { kind: 'pairs', captionIds: [pair.captionId] }, decision })).then(
      (result) => {
        if (result) {
          library.pending.settle(entry)
          if (result.operation) places.set(result.operation.id, pair.captionId)
        } else {
          library.pending.drop(pair.captionId, entry)
          show(pair.captionId, { decision: pair.decision, decidedBy: pair.decidedBy })
        }
      },
    )
    if (settings.advance && decision !== 'undecided') void advance()
    return true
  }

  function show(captionId: number, change: Partial<Pair>): void {
    library.view?.source.patch((row) => (row.captionId === captionId ? { ...row, ...change } : row))
  }

  /** Goes to the next undecided pair: from what is loaded if possible, else the engine says where. */
  async function advance(): Promise<void> {
    const view = library.view
    if (!view) return
    const from = library.active
    allDecided.value = false
    for (let at = from + 1; at < view.count; at++) {
      const row = view.source.get(at)
      if (!row) return advanceFrom(at, from)
      if (row.decision === 'undecided') return library.goTo(at)
    }
    return advanceFrom(0, from)
  }

  async function advanceFrom(start: number, left: number): Promise<void> {
    const view = library.view!
    // Subtle: the engine must know of every decision made here before it is asked what is undecided.
    await chain
    const at = await notices.attempt(() => client.pairs.next({ view: view.id, from: start, decision: 'undecided' }))
    if (library.view !== view || library.active !== left || at === undefined) return
    if (at === null) allDecided.value = true
    else library.goTo(at)
  }

  /** What a bulk action would hit: the selection, as positions of the view or as captions. */
  async function selectionTarget(): Promise<Target | undefined> {
    const view = library.view
    if (!view) return undefined
    const ranges = library.selection
    if (library.selected === view.count) return { kind: 'view', view: view.id }
    if (ranges.length === 1) return { kind: 'range', view: view.id, from: ranges[0]![0], to: ranges[0]![1] }
    if (library.selected > mostListed) throw windowFault('selection-scattered')
    const rows = await Promise.all(positions(ranges, mostListed).map((at) => view.source.load(at)))
    // Nothing is done to a part of what was counted and shown.
    if (rows.some((row) => row === undefined)) throw windowFault('selection-incomplete')
    return { kind: 'pairs', captionIds: rows.map((row) => row!.captionId) }
  }

  async function decideSelection(decision: Decision): Promise<void> {
    const target = await notices.attempt(selectionTarget)
    if (!target) return
    const result = await write(() => client.curate.decide({ target, decision }))
    if (!result) return
    if (result.operation) places.set(result.operation.id, library.activePair?.captionId ?? 0)
    refresh()
  }

  async function edit(captionId: number, text: string): Promise<void> {
    const result = await write(() => client.curate.edit({ captionId, text }))
    if (result?.operation) places.set(result.operation.id, result.captionId)
    refresh()
  }

  async function addCaption(sampleId: number, text: string): Promise<void> {
    await write(() => client.curate.add({ sampleId, text }))
    library.outdated = true
    refresh()
  }

  async function choose(captionId: number): Promise<void> {
    const at = library.activePair?.captionId
    const result = await write(() => client.curate.swap({ captionId }))
    if (result?.operation && at !== undefined) places.set(result.operation.id, at)
    refresh()
  }

  async function step(which: 'undo' | 'redo'): Promise<void> {
    const result = await write(() => client.curate[which]())
    if (!result?.operation) return
    library.pending.forgetSettled()
    refresh()
    const captionId = places.get(result.operation.id) ?? Number(result.operation.details.captionId ?? 0)
    const view = library.view
    if (!captionId || !view) return
    const at = await notices.attempt(() => client.pairs.locate({ view: view.id, captionId }))
    if (typeof at === 'number' && library.view === view) library.goTo(at)
  }

  function refresh(): void {
    library.view?.source.invalidate()
    void loadHistory()
  }

  async function loadHistory(): Promise<void> {
    history.value = (await notices.attempt(() => client.curate.history({ before: null, limit: 50 }))) ?? history.value
  }

  let timer = 0
  watch(
    () => [project.changes.pairs, project.changes.history],
    () => {
      clearTimeout(timer)
      timer = window.setTimeout(refresh, refreshPauseMs)
    },
  )
  watch(
    () => project.opening,
    () => {
      places.clear()
      history.value = []
      if (project.state === 'open') void loadHistory()
    },
    { immediate: true },
  )

  return {
    saving,
    unsaved,
    everSaved,
    allDecided,
    history,
    decideActive,
    decideSelection,
    advance,
    edit,
    addCaption,
    choose,
    step,
    loadHistory,
  }
})
