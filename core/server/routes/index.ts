import type { Desk } from '../desk.ts'
import { jobRoutes } from './jobs.ts'
import { exportRoutes, modelRoutes, runRoutes } from './models.ts'
import { capfiltRoutes, curateRoutes, pairRoutes } from './pairs.ts'
import { projectRoutes } from './project.ts'
import { api } from './routes.ts'
import { systemRoutes } from './system.ts'

/** The whole contract, served. */
export function createRouter(desk: Desk) {
  const routes = { api, desk }
  return api.router({
    project: projectRoutes(routes),
    pairs: pairRoutes(routes),
    curate: curateRoutes(routes),
    jobs: jobRoutes(routes),
    capfilt: capfiltRoutes(routes),
    models: modelRoutes(routes),
    runs: runRoutes(routes),
    exports: exportRoutes(routes),
    system: systemRoutes(routes),
  })
}
