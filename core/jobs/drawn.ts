import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInputs, type Run, type RunInputs } from '../contract/index.ts'
import { runDetail } from '../store/runs.ts'
import type { Project } from '../store/project.ts'
import { inputsFolder } from '../train/inputs.ts'
import { runFolder } from './kinds/train.ts'

const folderOf = (project: Project, run: Run) => join(runFolder(project, run), 'pictures')

/** Steps at which a run drew its grid, rising; none for systems that draw nothing. */
export function drawnSteps(project: Project, run: Run): number[] {
  try {
    const names = readdirSync(folderOf(project, run))
    return names
      .flatMap((name) => /^grid-step-(\d+)\.png$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
  } catch {
    return []
  }
}

/**
 * The file of a run's grid. The run is looked up in the project, so no path can come from outside.
 * @throws Fault `not-found` where the project has no such run
 */
export function drawnPicture(project: Project, run: string, step: number): string {
  return join(folderOf(project, runDetail(project, run)), `grid-step-${step}.png`)
}

/** What a run's model was given first; null for a run that has not come so far. */
export function inputsOf(project: Project, run: Run): RunInputs | null {
  try {
    const text = readFileSync(join(inputsFolder(runFolder(project, run)), 'inputs.json'), 'utf8')
    return runInputs.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** The file of its pictures. @throws Fault `not-found` where the project has no such run */
export const inputsPicture = (project: Project, run: string): string =>
  join(inputsFolder(runFolder(project, runDetail(project, run))), 'pictures.png')
