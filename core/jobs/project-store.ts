import { getJob, insertJob, listJobs, updateJob } from '../store/jobs.ts'
import { addItemFault, appendEvent, countItemFaults, listEvents } from '../store/events.ts'
import type { Project } from '../store/project.ts'
import type { JobStore } from './store.ts'

/** The queue's view of a project's database. */
export function projectStore(project: Project): JobStore {
  return {
    insert: (id, spec) => insertJob(project, { id, spec }),
    update: (id, change) => updateJob(project, id, change),
    get: (id) => listed(project, id),
    list: () => listJobs(project),
    append: (id, body) => appendEvent(project, id, body),
    events: (id, after) => listEvents(project, id, after, 500),
    addFault(id, subject, fault) {
      addItemFault(project, id, subject, fault)
      return countItemFaults(project, id)
    },
    countFaults: (id) => countItemFaults(project, id),
  }
}

function listed(project: Project, id: string) {
  try {
    return getJob(project, id)
  } catch (error) {
    if ((error as { code?: string }).code === 'not-found') return null
    throw error
  }
}
