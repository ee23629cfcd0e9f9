import { readMemory, writeMemory } from '../../store/memory.ts'
import { summarize } from '../../store/project.ts'
import type { Routes } from './routes.ts'

export function projectRoutes({ api, desk }: Routes) {
  return {
    current: api.project.current.handler(() => {
      const open = desk.current()
      return open && summarize(open.project)
    }),
    recent: api.project.recent.handler(() => desk.recent()),
    open: api.project.open.handler(async ({ input }) =>
      summarize((await desk.open(input.folder, { create: input.create })).project),
    ),
    openSample: api.project.openSample.handler(async () => {
      const { project, job } = await desk.openSample()
      return { project: summarize(project), job }
    }),
    memory: api.project.memory.handler(() => readMemory(desk.opened().project)),
    remember: api.project.remember.handler(({ input }) => {
      writeMemory(desk.opened().project, input)
      return {}
    }),
    changes: api.project.changes.handler(({ signal }) => desk.changes.follow(signal)),
  }
}
