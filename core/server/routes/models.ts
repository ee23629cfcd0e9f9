import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, type Checkpoint } from '../../contract/index.ts'
import { previewExport } from '../../exchange/index.ts'
import { importCheckpoint } from '../../jobs/import-checkpoint.ts'
import { previewModel } from '../../jobs/kinds/export.ts'
import { preflight } from '../../jobs/preflight.ts'
import { drawnSteps, inputsOf } from '../../jobs/drawn.ts'
import { listShapes } from '../../jobs/shapes.ts'
import { listCheckpoints } from '../../store/checkpoints.ts'
import { listRuns, runDetail } from '../../store/runs.ts'
import { listRecipes, parseRecipe, recipeRecord } from '../../train/recipe.ts'
import type { Routes } from './routes.ts'

export function modelRoutes({ api, desk }: Routes) {
  return {
    checkpoints: api.models.checkpoints.handler(() => listCheckpoints(desk.opened().project).map(present)),
    import: api.models.import.handler(async ({ input }) => {
      const checkpoint = await importCheckpoint(desk.opened().project, input)
      desk.changes.tell('checkpoints')
      return checkpoint
    }),
    recipes: api.models.recipes.handler(() => listRecipes().map(recipeRecord)),
    readRecipe: api.models.readRecipe.handler(({ input }) => recipeRecord(parseRecipe(input.text))),
    shapes: api.models.shapes.handler(() => listShapes()),
  }
}

/** A checkpoint whose folder has gone stays in the list, with the reason why it can't be used. */
function present(checkpoint: Checkpoint): Checkpoint {
  if (existsSync(join(checkpoint.folder, 'manifest.json'))) return checkpoint
  const fault = new Fault('not-found', "The checkpoint's folder is not there.", { subject: checkpoint.folder })
  return { ...checkpoint, fault: fault.toJSON() }
}

export function runRoutes({ api, desk }: Routes) {
  /** The job knows how a run stands, also after an engine was killed. */
  const standing = <R extends { job: string }>(run: R) => {
    const { state, fault } = desk.opened().queue.get(run.job)
    return { ...run, state, fault }
  }
  return {
    list: api.runs.list.handler(() => listRuns(desk.opened().project).map(standing)),
    get: api.runs.get.handler(({ input }) => {
      const { project } = desk.opened()
      const run = runDetail(project, input.run)
      return { ...standing(run), pictures: drawnSteps(project, run), inputs: inputsOf(project, run) }
    }),
    preflight: api.runs.preflight.handler(({ input }) => preflight(desk.opened().project, input)),
  }
}

export function exportRoutes({ api, desk }: Routes) {
  return {
    preview: api.exports.preview.handler(({ input }) => {
      const { project } = desk.opened()
      return input.kind === 'export-model' ? previewModel(project, input) : previewExport(project, input)
    }),
  }
}
