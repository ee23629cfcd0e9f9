import { Fault } from '../contract/fault.ts'
import { download, type HostTensors, type TrainableParameters } from '../model/index.ts'
import type { Batch } from './batches.ts'
import type { StepReport } from './step.ts'

/** How many layers a fault tells of. */
const toldLayers = 6

/**
 * Ends a run whose loss or gradient is no number: with the step, the samples of its batches, and the norms of the layers, of which those that
 * aren't numbers any more come first, then the largest.
 * @param step counted from 0
 * @throws Fault `training-diverged`
 */
export async function stopIfNotFinite(
  losses: StepReport,
  step: number,
  batches: Pick<Batch, 'sampleIds'>[],
  parameters: TrainableParameters,
): Promise<void> {
  if (Number.isFinite(losses.loss) && Number.isFinite(losses.gradientNorm)) return
  const layers = layerNorms(await download(parameters)).slice(0, toldLayers)
  const told = layers.map(([layer, norm]) => `${layer} ${Number.isFinite(norm) ? norm.toPrecision(3) : 'not a number'}`)
  throw new Fault(
    'training-diverged',
    `The loss stopped being a number at step ${step + 1}. Norms of the layers after it: ${told.join(', ')}.`,
    {
      subject: `samples ${batches.flatMap(({ sampleIds }) => [...sampleIds]).join(', ')}`,
      hint: 'Lower learningRate, lengthen warmupSteps or set clipNorm to 1. The last checkpoint is intact.',
    },
  )
}

/** The 2-norm of each layer's parameters: those that are no numbers first, then the largest. */
export function layerNorms(tensors: HostTensors): [layer: string, norm: number][] {
  const squares = new Map<string, number>()
  for (const [name, { data }] of Object.entries(tensors)) {
    const layer = /^.*?\.(?:layers?|blocks|stages)\.\d+/.exec(name)?.[0] ?? name.split('.').slice(0, 2).join('.')
    squares.set(
      layer,
      data.reduce((sum, value) => sum + value * value, squares.get(layer) ?? 0),
    )
  }
  const rank = (norm: number) => (Number.isFinite(norm) ? norm : Infinity)
  const norms = [...squares].map(([layer, sum]): [string, number] => [layer, Math.sqrt(sum)])
  return norms.sort(([, a], [, b]) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)))
}
