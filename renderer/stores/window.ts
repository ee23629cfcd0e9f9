import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useProject } from './project.ts'

export const viewNames = ['library', 'capfilt', 'runs', 'models', 'exports'] as const
export type ViewName = (typeof viewNames)[number]
export type DialogName =
  | 'help'
  | 'palette'
  | 'import'
  | 'goto'
  | 'open'
  | 'run'
  | 'importModel'
  | 'exportModel'
  | 'saveQuery'

interface Layout {
  view?: ViewName
  nav?: number
  inspector?: number
  thumbnail?: number
  run?: string | null
}

/** What the window shows beside the data: view, panels, dialogs. */
export const useWindow = defineStore('window', () => {
  const project = useProject()
  const view = ref<ViewName>('library')
  const nav = ref(184)
  const inspector = ref(320)
  const thumbnail = ref(170)
  const run = ref<string | null>(null)
  const dialog = ref<DialogName | null>(null)
  /** Caption that is being edited, and whether a new one is being written. */
  const editing = ref<number | null>(null)
  const adding = ref(false)
  /** Rises when the query box should take the keyboard. */
  const queryWanted = ref(0)
  /** A decision over more than the screen shows, waiting for its confirmation. */
  const bulk = ref<'accepted' | 'rejected' | 'undecided' | null>(null)

  function restore(): void {
    const layout = (project.memory.layout ?? {}) as Layout
    view.value = layout.view && viewNames.includes(layout.view) ? layout.view : 'library'
    nav.value = layout.nav ?? 184
    inspector.value = layout.inspector ?? 320
    thumbnail.value = layout.thumbnail ?? 170
    run.value = layout.run ?? null
  }
  watch(() => project.opening, restore)
  watch([view, nav, inspector, thumbnail, run], () => {
    if (project.state !== 'open') return
    const layout: Layout = {
      view: view.value,
      nav: nav.value,
      inspector: inspector.value,
      thumbnail: thumbnail.value,
      run: run.value,
    }
    project.remember('layout', layout)
  })

  function show(name: ViewName): void {
    view.value = name
  }

  return { view, nav, inspector, thumbnail, run, dialog, editing, adding, queryWanted, bulk, show }
})
