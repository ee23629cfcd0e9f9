import { useQuery, useQueryCache } from '@pinia/colada'
import { computed, onBeforeUnmount, watch } from 'vue'
import { client } from '../client/index.ts'
import { useJobs } from '../stores/jobs.ts'
import { useProject } from '../stores/project.ts'
import { useWindow } from '../stores/window.ts'

const livePauseMs = 1000

/** The project's runs and the one that is looked at; a live run is read anew about once a second while it reports. */
export function useRuns() {
  const project = useProject()
  const win = useWindow()
  const jobs = useJobs()
  const cache = useQueryCache()

  const list = useQuery({ key: () => ['runs', project.opening], query: () => client.runs.list() })
  const chosen = computed(
    () => list.data.value?.find((run) => run.id === win.run)?.id ?? list.data.value?.[0]?.id ?? null,
  )
  const detail = useQuery({
    key: () => ['run', project.opening, chosen.value ?? ''],
    query: ({ signal }) => client.runs.get({ run: chosen.value! }, { signal }),
    enabled: () => chosen.value !== null,
    placeholderData: (previous) => (previous?.id === chosen.value ? previous : undefined),
  })

  function refresh(): void {
    cache.invalidateQueries({ key: ['runs'] }).catch(() => undefined)
    cache.invalidateQueries({ key: ['run', project.opening, chosen.value ?? ''] }).catch(() => undefined)
  }
  watch(() => project.changes.runs, refresh)

  let timer = 0
  const stop = jobs.onEvent((event) => {
    const relevant =
      event.kind === 'metric' ||
      event.kind === 'checkpoint' ||
      event.kind === 'finished' ||
      event.kind === 'cancelled' ||
      event.kind === 'failed'
    if (!relevant || timer) return
    timer = window.setTimeout(() => {
      timer = 0
      refresh()
    }, livePauseMs)
  })
  onBeforeUnmount(() => {
    stop()
    clearTimeout(timer)
  })

  return {
    runs: computed(() => list.data.value ?? []),
    loading: computed(() => list.status.value === 'pending'),
    chosen,
    detail: computed(() => detail.data.value),
    job: computed(() => jobs.jobs.find((job) => job.id === detail.data.value?.job)),
  }
}
