import { readProfile } from '../../jobs/profile/read.ts'
import { listItemFaults } from '../../store/events.ts'
import type { Routes } from './routes.ts'

export function jobRoutes({ api, desk }: Routes) {
  const queue = () => desk.opened().queue
  return {
    start: api.jobs.start.handler(({ input }) => queue().start(input.spec)),
    list: api.jobs.list.handler(() => queue().list()),
    get: api.jobs.get.handler(({ input }) => queue().get(input.job)),
    cancel: api.jobs.cancel.handler(({ input }) => queue().cancel(input.job)),
    resume: api.jobs.resume.handler(({ input }) => queue().resume(input.job)),
    faults: api.jobs.faults.handler(({ input }) => {
      const { id } = queue().get(input.job)
      return listItemFaults(desk.opened().project, id, input.after, input.limit)
    }),
    profile: api.jobs.profile.handler(({ input }) => {
      const { id } = queue().get(input.job)
      return readProfile(desk.opened().project, id)
    }),
    events: api.jobs.events.handler(({ input, signal }) => queue().events(input.job, input.after, signal)),
  }
}
