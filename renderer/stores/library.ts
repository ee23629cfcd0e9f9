import { defineStore } from 'pinia'
import { computed, markRaw, ref, shallowRef, watch } from 'vue'
import { client } from '../client/index.ts'
import { faultOf } from '../client/faults.ts'
import { createPageSource, type PageSource } from '../composables/pageSource.ts'
import { createPendingDecisions } from '../composables/pendingDecisions.ts'
import { add, includes, positions, sizeOf, toggle, type Ranges } from '../composables/ranges.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'
import type { FaultRecord, Pair, Sort } from '../../core/contract/index.ts'

export interface OpenView {
  id: string
  count: number
  pictures: number
  /** The query that the view shows; the box may be ahead of it. */
  text: string
  source: PageSource<Pair>
}

interface Place {
  text?: string
  sort?: Sort
  captionId?: number | null
  selected?: number[]
  all?: boolean
}

export const defaultSort: Sort = { by: 'order', direction: 'ascending' }
const mostRemembered = 200

/** The pairs that are looked at: query, order, place and selection. */
export const useLibrary = defineStore('library', () => {
  const notices = useNotices()
  const project = useProject()
  const state = ref<'idle' | 'opening' | 'ready' | 'failed'>('idle')
  const text = ref('')
  const sort = ref<Sort>(defaultSort)
  const queryFault = shallowRef<FaultRecord | null>(null)
  const view = shallowRef<OpenView | null>(null)
  const active = ref(0)
  const selection = shallowRef<Ranges>([])
  const single = ref(false)
  /** Caption of the active pair once it has been painted, picture included; decisions wait for it. */
  const shown = ref<number | null>(null)
  /** Changed in the engine since the view was opened, so that its order or membership may be old. */
  const outdated = ref(false)
  const pending = markRaw(createPendingDecisions())
  let anchor = 0
  let asked = 0

  const count = computed(() => view.value?.count ?? 0)
  const selected = computed(() => sizeOf(selection.value))
  const activePair = computed(() => {
    void view.value?.source.version.value
    return view.value?.source.get(active.value)
  })

  function makeSource(id: string, size: number): PageSource<Pair> {
    return createPageSource<Pair>({
      count: size,
      fetchRows: async (from, to, signal) => {
        const at = pending.now()
        const rows = await client.pairs.page({ view: id, from, to }, { signal })
        return rows.map((row) => pending.lay(row, at))
      },
      onError: (error) => {
        if (view.value?.id !== id) return
        if (faultOf(error).code.startsWith('view')) void open({ keepPlace: true })
        else notices.report(error)
      },
    })
  }

  /** Opens the query anew; a refused query leaves the old view and shows its fault under the box. */
  async function open({ keepPlace = false, place }: { keepPlace?: boolean; place?: Place } = {}): Promise<void> {
    const ticket = ++asked
    const query = { text: text.value.trim(), sort: sort.value }
    const before = keepPlace ? (activePair.value?.captionId ?? null) : (place?.captionId ?? null)
    state.value = 'opening'
    try {
      const opened = await client.pairs.open(query)
      if (ticket !== asked) return
      const found = before === null ? null : await client.pairs.locate({ view: opened.view, captionId: before })
      const restored = await restoreSelection(opened.view, opened.count, place)
      if (ticket !== asked) return
      queryFault.value = null
      view.value?.source.dispose()
      view.value = {
        id: opened.view,
        count: opened.count,
        pictures: opened.pictures,
        text: query.text,
        source: makeSource(opened.view, opened.count),
      }
      shown.value = null
      active.value = Math.min(found ?? (keepPlace ? active.value : 0), Math.max(0, opened.count - 1))
      anchor = active.value
      selection.value = restored
      outdated.value = false
      state.value = 'ready'
      keep()
    } catch (error) {
      if (ticket !== asked) return
      const fault = faultOf(error)
      state.value = view.value ? 'ready' : 'failed'
      if (fault.code.startsWith('query')) queryFault.value = fault
      else notices.report(error)
    }
  }

  async function restoreSelection(id: string, size: number, place: Place | undefined): Promise<Ranges> {
    if (place?.all && size > 0) return [[0, size]]
    if (!place?.selected?.length) return []
    const found = await Promise.all(
      place.selected.slice(0, mostRemembered).map((captionId) => client.pairs.locate({ view: id, captionId })),
    )
    return found.reduce<Ranges>((ranges, at) => (at === null ? ranges : add(ranges, at, at + 1)), [])
  }

  /** Takes up query, order, place and selection where the project was left. */
  async function restore(): Promise<void> {
    const place = (project.memory.library ?? {}) as Place
    text.value = place.text ?? ''
    sort.value = place.sort ?? defaultSort
    view.value?.source.dispose()
    view.value = null
    await open({ place })
  }

  function keep(): void {
    const source = view.value?.source
    const rows =
      selected.value <= mostRemembered ? positions(selection.value, mostRemembered).map((at) => source?.get(at)) : []
    const place: Place = {
      text: text.value,
      sort: sort.value,
      captionId: activePair.value?.captionId ?? null,
      selected: rows.flatMap((row) => (row ? [row.captionId] : [])),
      all: selected.value > 0 && selected.value === count.value,
    }
    project.remember('library', place)
  }
  watch([() => activePair.value?.captionId, selection], () => view.value && activePair.value && keep())

  function setQuery(next: { text?: string; sort?: Sort }): void {
    text.value = next.text ?? text.value
    sort.value = next.sort ?? sort.value
    void open({ keepPlace: next.text === undefined })
  }

  /** Goes to a position; `extend` selects everything from where the extending began. */
  function goTo(index: number, { extend = false, keepSelection = false } = {}): void {
    const at = Math.max(0, Math.min(count.value - 1, index))
    if (at !== active.value) shown.value = null
    active.value = at
    if (extend) selection.value = [[Math.min(anchor, at), Math.max(anchor, at) + 1]]
    else {
      anchor = at
      if (!keepSelection) selection.value = []
    }
  }

  function toggleAt(index: number): void {
    const base = selection.value.length === 0 ? add([], active.value, active.value + 1) : selection.value
    selection.value = toggle(base, index)
    active.value = index
    anchor = index
  }

  function selectAll(): void {
    if (count.value > 0) selection.value = [[0, count.value]]
  }

  function clearSelection(): void {
    selection.value = []
    anchor = active.value
  }

  return {
    state,
    text,
    sort,
    queryFault,
    view,
    active,
    selection,
    single,
    shown,
    outdated,
    pending,
    count,
    selected,
    activePair,
    open,
    restore,
    setQuery,
    goTo,
    toggleAt,
    selectAll,
    clearSelection,
    isSelected: (index: number) => includes(selection.value, index),
  }
})
