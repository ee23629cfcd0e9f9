import * as curate from '../../curate/index.ts'
import type { Routes } from './routes.ts'

/** Most pairs in one page. */
const pageLimit = 500

export function pairRoutes({ api, desk }: Routes) {
  const project = () => desk.opened().project
  return {
    open: api.pairs.open.handler(({ input }) => curate.openView(project(), input)),
    page: api.pairs.page.handler(({ input }) =>
      curate.page(project(), { ...input, to: Math.min(input.to, input.from + pageLimit) }),
    ),
    next: api.pairs.next.handler(({ input }) => curate.next(project(), input)),
    locate: api.pairs.locate.handler(({ input }) => curate.locate(project(), input)),
    detail: api.pairs.detail.handler(({ input }) => curate.detail(project(), input.sampleId)),
    counts: api.pairs.counts.handler(({ input }) => curate.counts(project(), input.view)),
    facets: api.pairs.facets.handler(() => curate.facets(project())),
  }
}

export function curateRoutes({ api, desk }: Routes) {
  const project = () => desk.opened().project
  /** Tells the other windows, too. */
  const told = <T>(changed: T): T => {
    desk.changes.tell('pairs')
    desk.changes.tell('history')
    return changed
  }
  return {
    decide: api.curate.decide.handler(({ input }) => told(curate.decide(project(), input))),
    edit: api.curate.edit.handler(({ input }) => told(curate.edit(project(), input))),
    add: api.curate.add.handler(({ input }) => told(curate.add(project(), input))),
    swap: api.curate.swap.handler(({ input }) => told(curate.swap(project(), input))),
    undo: api.curate.undo.handler(() => told(curate.undo(project()))),
    redo: api.curate.redo.handler(() => told(curate.redo(project()))),
    history: api.curate.history.handler(({ input }) => curate.history(project(), input)),
  }
}

export function capfiltRoutes({ api, desk }: Routes) {
  const project = () => desk.opened().project
  return {
    scorers: api.capfilt.scorers.handler(() => curate.scorers(project())),
    counts: api.capfilt.counts.handler(({ input }) => curate.capfiltCounts(project(), input)),
    near: api.capfilt.near.handler(({ input }) => curate.capfiltNear(project(), input)),
    apply: api.capfilt.apply.handler(({ input }) => {
      const changed = curate.capfiltApply(project(), input)
      desk.changes.tell('pairs')
      desk.changes.tell('history')
      return changed
    }),
  }
}
