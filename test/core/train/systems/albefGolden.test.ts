import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSafetensors } from '../../../../core/checkpoint/safetensors.ts'
import type { AlbefShape } from '../../../../core/model/albef/shape.ts'
import { parseShape, upload, type HostTensors } from '../../../../core/model/index.ts'
import { rowsOf } from '../../../../core/objective/itm.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { knobsOf, recipeNamed } from '../../../../core/train/index.ts'
import { createOptimiser } from '../../../../core/train/optimiser.ts'
import { createState } from '../../../../core/train/state.ts'
import { reportOf, trainingStep, type StepOptions } from '../../../../core/train/step.ts'
import { albefLosses, albefSystem, type Chance } from '../../../../core/train/systems/albef.ts'
import { distance, goldenFolder } from '../../model/golden.ts'

/** What scripts/golden/make_albef.py trained, with the same sizes and knobs. */
const shape = parseShape({
  name: 'golden',
  family: 'albef',
  image: { size: 16, patch: 8, width: 8, depth: 2, heads: 2, inner: 16 },
  text: {
    vocabularySize: 24,
    tokens: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4, dec: 22, enc: 23 },
    width: 8,
    depth: 4,
    heads: 2,
    inner: 16,
    context: 8,
  },
  fusionLayer: 2,
  embed: 6,
}) as AlbefShape
const [steps, batchSize, queueSize] = [5, 4, 10]
const knobs = knobsOf(recipeNamed('albef'), {
  ...{ batchSize, queueSize, momentum: 0.9, distillation: 0.4, distillationRamp: 3, momentumFrom: 0 },
  ...{ itcWeight: 1, itmWeight: 1, mlmWeight: 1, itmAnchors: 0, itmFrom: 0 },
  ...{ beta1: 0.9, beta2: 0.98, weightDecay: 0.05, clipNorm: 1, dropout: 0 },
})

let golden: HostTensors
let parameters: ReturnType<typeof upload>
let state: Record<string, tf.Variable>
const reports: Record<string, number>[] = []

/** Tensors of the golden file under a prefix. */
function under(prefix: string): HostTensors {
  const own = Object.entries(golden).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]))
}

/** What step `at` was given. */
function given(name: string, at: number, type: 'int32' | 'float32' = 'int32'): tf.Tensor {
  const { shape: dims, data } = golden[`step.${name}`]!
  const size = data.length / steps
  return tf.tensor(Array.from(data.slice(at * size, (at + 1) * size)), dims.slice(1), type)
}

/** The draws that PyTorch made in that step. */
function drawn(at: number): Chance {
  const negatives = (name: string) => ({ indices: given(name, at) as tf.Tensor1D, legal: tf.ones([batchSize]) })
  return {
    negatives: () => rowsOf({ texts: negatives('negative_texts'), pictures: negatives('negative_pictures') }),
    mask: () => ({ ids: given('masked', at), labels: given('labels', at) }),
  }
}

const { phases } = albefSystem
afterAll(() => void (albefSystem.phases = phases))

beforeAll(async () => {
  await startTensor()
  golden = await readSafetensors(`${goldenFolder}albef/steps.safetensors`)
  parameters = upload(under('start.'))
  const names = Object.keys(parameters)
  state = createState({ shape, knobs, seed: 1, parameters })
  const optimiser = createOptimiser(parameters, names)
  const options: StepOptions = { shape, parameters, optimiser, state, knobs, promptLength: 1, textLength: 7 }
  for (let at = 0; at < steps; at++) {
    albefSystem.phases = [{ losses: (context) => albefLosses(context, drawn(at)) }]
    const text = given('ids', at)
    const batch = [given('images', at), text, text, given('sample', at), given('caption', at)]
    const scalars = [tf.tensor1d([1, at], 'int32'), tf.scalar(0.01), tf.scalar(at + 1)]
    reports.push(reportOf(knobs, await trainingStep(options, [...batch, ...scalars]).data()))
  }
})

/**
 * The gradient of a key's bias is zero but for rounding (a softmax does not see what all its places share), and Adam turns rounding
 * into steps of full size: what it ends with is chance.
 */
const chance = /(key|qkv)\.bias$/

/** The worst distance of tensors from their golden values. */
async function worst(tensors: Record<string, tf.Tensor>, expected: HostTensors): Promise<number> {
  expect(Object.keys(tensors).toSorted()).toEqual(Object.keys(expected).toSorted())
  const names = Object.keys(expected).filter((name) => !chance.test(name))
  return Math.max(...(await Promise.all(names.map((name) => distance(tensors[name]!, expected[name]!)))))
}

const ours = (prefix: string) =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  )

test('gives the losses and gradient norms that PyTorch gives in each of five steps', () => {
  const names = ['loss', 'itc', 'itm', 'mlm', 'gradientNorm']
  for (const [at, report] of reports.entries()) {
    const expected = golden['step.losses']!.data.slice(at * 6, at * 6 + 5)
    names.forEach((name, index) => expect(report[name]!, `${name} of step ${at + 1}`).toBeCloseTo(expected[index]!, 3))
  }
})

test('keeps the temperature in range as PyTorch does, the bound included', () => {
  // it is clamped after a step here, before the next one there
  const clamped = reports.slice(0, -1).map(({ temperature }) => temperature!)
  clamped.forEach((value, at) => expect(value).toBeCloseTo(golden['step.losses']!.data[(at + 1) * 6 + 5]!, 4))
  expect(clamped.at(-1)).toBe(0.5)
})

test('ends with the parameters that PyTorch ends with', async () => {
  expect(await worst(parameters, under('end.'))).toBeLessThan(1e-4)
})

test('ends with the same teacher', async () => {
  expect(await worst(ours('teacher.'), under('teacher.'))).toBeLessThan(1e-4)
})

test('ends with the same queue, after it went round twice', async () => {
  expect(await worst(ours('queue.'), under('queue.'))).toBeLessThan(1e-4)
})
