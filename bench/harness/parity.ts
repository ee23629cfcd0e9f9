import type { StepReport } from '../../core/train/step.ts'
import type { Mode } from './modes.ts'
import type { Program } from './program.ts'
import { firstPairs, type TrainingCase } from './trainingCase.ts'

/** Most that a loss of the first step may differ. The second comes after an update, which spreads rounding. */
const tolerances = [1e-4, 1e-3]

export interface Compared {
  program: Program
  mode: Mode['mode']
  /** Whose eager step is the measure. */
  other: { name: string; program: Program }
}

/**
 * Runs two steps from the same weights on both sides, and compares losses and the gradient's norm. The batch is of two
 * pairs: then each picture and text has one negative only, so that both sides draw the same.
 * @returns what was found, for a row's note
 * @throws Error when they disagree: then there is nothing to time
 */
export async function agreement({ program, mode, other }: Compared, training: TrainingCase): Promise<string> {
  const fields = { name: 'parity', ...firstPairs(training, 2) }
  const mine = await twoSteps(program, fields, mode)
  const theirs = await twoSteps(other.program, fields, 'eager')
  const [first, second] = tolerances.map((tolerance, index) =>
    difference({ [mode]: mine[index]!, [other.name]: theirs[index]! }, tolerance).toExponential(0),
  )
  return `losses and gradient agree with ${other.name}'s within ${first}, after an update within ${second}`
}

async function twoSteps(program: Program, fields: { name: string }, mode: string): Promise<StepReport[]> {
  await program.ask('prepare', fields)
  const step = () => program.ask<StepReport>('step', { name: fields.name, mode })
  const reports = [await step(), await step()]
  await program.ask('drop', { name: fields.name })
  return reports
}

/** The largest difference of the losses; the gradient's norm is compared relative to its size. */
function difference(reports: Record<string, StepReport>, tolerance: number): number {
  const [mine, theirs] = Object.values(reports) as [StepReport, StepReport]
  const losses = (['itc', 'itm', 'lm'] as const).map((name) => Math.abs(mine[name]! - theirs[name]!))
  const worst = Math.max(...losses, Math.abs(mine.gradientNorm / theirs.gradientNorm - 1))
  if (worst <= tolerance) return worst
  throw new Error(
    `The steps disagree by ${worst.toPrecision(2)}, so there is nothing to time: ${JSON.stringify(reports)}`,
  )
}
