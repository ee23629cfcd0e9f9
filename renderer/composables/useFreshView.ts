import { onBeforeUnmount } from 'vue'
import { useJobs } from '../stores/jobs.ts'
import { useLibrary } from '../stores/library.ts'
import type { JobEvent } from '../../core/contract/index.ts'

const ends: JobEvent['kind'][] = ['finished', 'cancelled', 'failed']

/**
 * Shows what a job has added: at once while nobody works in the view, else by offering to refresh it,
 * because an open view keeps its order under the person's hands.
 */
export function useFreshView(): void {
  const jobs = useJobs()
  const library = useLibrary()
  const stop = jobs.onEvent((event) => {
    const kind = jobs.jobs.find((job) => job.id === event.job)?.spec.kind
    if (!ends.includes(event.kind) || (kind !== 'import' && kind !== 'capfilt') || !library.view) return
    const untouched = library.active === 0 && library.selected === 0 && !library.single
    if (untouched) void library.open({ keepPlace: true })
    else library.outdated = true
  })
  onBeforeUnmount(stop)
}
