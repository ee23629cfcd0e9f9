import { capture, tf, type Captured } from '../tensor/index.ts'
import { applyGradients, optimiserTensors, type Optimiser } from './optimiser.ts'
import { reportedBy, scalar, type StepOptions, type StepReport } from './step.ts'
import { systemOf } from './systems/index.ts'

/** What steps that consist of several programs share: gradients summed up in variables, and the update that follows. */

/** The gradient of each trained parameter, so far. */
export type Sums = Record<string, tf.Variable>

/** Variables of zeros, in the optimiser's order. */
export function createSums({ optimiser, parameters }: { optimiser: Optimiser; parameters: Record<string, tf.Tensor> }) {
  const entries = optimiser.names.map((name) => [name, tf.tidy(() => tf.variable(tf.zeros(parameters[name]!.shape)))])
  return Object.fromEntries(entries) as Sums
}

/** A program whose one output is a row of numbers, with the numbers' names. */
export interface NamedProgram {
  program: Captured
  names: () => string[]
}

/** The optimiser's turn, by the sums over `count`, and what the system does after it. Inputs: rate, number of the step from 1. */
export function captureUpdate(options: StepOptions, sums: Sums, { name, count }: { name: string; count: number }) {
  const { shape, knobs, parameters, optimiser, state = {}, variant = '' } = options
  const system = systemOf(knobs)
  const phase = system.phases[0]!
  const names = optimiser.names.filter((each) => phase.trains?.(each, knobs) ?? true)
  let reports: string[] = []
  const run = (rate: tf.Tensor, step: tf.Tensor) => {
    const gradients = names.map((each) => (count === 1 ? sums[each]! : tf.div(sums[each]!, count)))
    const scaled = phase.rate ? tf.mul(rate, phase.rate(knobs)) : rate
    const given = { names, gradients, rate: scaled as tf.Scalar, step: step as tf.Scalar }
    const gradientNorm = applyGradients(parameters, optimiser, given, knobs)
    const later = system.after?.({ shape, knobs, variant, parameters, state }, {}) ?? {}
    reports = ['gradientNorm', ...Object.keys(later)]
    return [tf.stack([gradientNorm, ...Object.values(later)])]
  }
  const variables = [
    ...Object.values(parameters),
    ...Object.values(optimiserTensors(optimiser)),
    ...Object.values(state),
  ] as tf.Variable[]
  const program = capture(run, { name, state: variables, xla: knobs.compile, inputs: [scalar, scalar] })
  return { program, names: () => reports } satisfies NamedProgram
}

/** Runs a program and names its numbers. */
export async function runNamed(
  { program, names }: NamedProgram,
  inputs: Parameters<Captured['run']>[0],
): Promise<Record<string, number>> {
  const [result] = await program.run(inputs)
  const values = await result!.data<'float32'>()
  result!.dispose()
  return Object.fromEntries(names().map((name, index) => [name, values[index]!]))
}

/** A step's report from what its programs said. */
export function reportFrom(options: Pick<StepOptions, 'knobs'>, said: Record<string, number>): StepReport {
  return Object.fromEntries(reportedBy(options.knobs).map((name) => [name, said[name]!])) as StepReport
}
