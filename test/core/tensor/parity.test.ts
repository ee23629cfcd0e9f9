import { beforeAll, expect, test } from 'vitest'
import { adamW, capture, startTensor, tf, type Runtime } from '../../../core/tensor/index.ts'
import { difference } from './support/check.ts'
import { batchTensors, newTraining, tiny } from './support/model.ts'

let runtime: Runtime
beforeAll(async () => {
  runtime = await startTensor()
})

const rate = 3e-3

// XLA compiles for seconds, and for a minute where other work takes the cores
const patient = 240_000

/** Losses of three eager steps, and the state after them. */
function eagerSteps() {
  const training = newTraining(tiny)
  const losses = [1, 2, 3].map((count) =>
    tf.tidy(
      () => training.step(...batchTensors(tiny, training.batch), tf.scalar(rate), tf.scalar(count))[0]!.dataSync()[0]!,
    ),
  )
  return { losses, state: training.state.map((variable) => variable.dataSync()) }
}

for (const xla of [false, true]) {
  test(
    `three ${xla ? 'XLA' : 'captured'} training steps of a small image-text model agree with eager mode`,
    async () => {
      const expected = eagerSteps()
      const training = newTraining(tiny)
      const step = capture(training.step, { inputs: training.specs, state: training.state, xla, name: 'train' })
      const losses: number[] = []
      for (const count of [1, 2, 3]) {
        const results = await step.run([...training.batch, Float32Array.of(rate), Float32Array.of(count)])
        losses.push(results[0]!.dataSync()[0]!)
        tf.dispose(results)
      }
      expect(difference(losses, expected.losses)).toBeLessThan(1e-5)
      expect(losses[2]!).toBeLessThan(losses[0]!)
      training.state.forEach((variable, index) =>
        expect(difference(variable.dataSync(), expected.state[index]!)).toBeLessThan(1e-4),
      )
      step.dispose()
    },
    patient,
  )
}

test('a hundred captured steps leave no handles and no tensors behind', async () => {
  const training = newTraining(tiny)
  const step = capture(training.step, { inputs: training.specs, state: training.state })
  const run = async (count: number) =>
    tf.dispose(await step.run([...training.batch, Float32Array.of(rate), Float32Array.of(count)]))
  await run(1)
  const before = { handles: runtime.liveHandles(), tensors: tf.memory().numTensors }
  for (let count = 2; count <= 101; count++) await run(count)
  expect({ handles: runtime.liveHandles(), tensors: tf.memory().numTensors }).toEqual(before)
  step.dispose()
})

for (const xla of [false, true]) {
  test(`an update in place leaves clones alone and is seen by what follows${xla ? ', under XLA too' : ''}`, async () => {
    const make = () =>
      tf.tidy(() => [
        tf.variable(tf.tensor1d([1, -1])),
        tf.variable(tf.zeros([2])),
        tf.variable(tf.zeros([2])),
        tf.variable(tf.zeros([2])),
      ])
    const update = ([parameter, m, v, average]: tf.Variable[]) => {
      const before = tf.clone(parameter!)
      const gradient = tf.mul(parameter!, 0.5)
      adamW({
        parameter: parameter!,
        gradient,
        m: m!,
        v: v!,
        rate: tf.scalar(0.1),
        step: tf.scalar(1),
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-8,
        decay: 0.5,
      })
      average!.assign(tf.add(tf.mul(average!, 0.9), tf.mul(parameter!, 0.1)))
      parameter!.assign(tf.mul(parameter!, 2))
      return [before, tf.clone(parameter!)]
    }
    const [eager, state] = [make(), make()]
    const expected = tf.tidy(() => update(eager).map((tensor) => tensor.dataSync()))
    const step = capture(() => update(state), { inputs: [], state, xla })
    const results = await step.run([])
    results.forEach((tensor, index) => expect(difference(tensor.dataSync(), expected[index]!)).toBeLessThan(1e-6))
    state.forEach((variable, index) =>
      expect(difference(variable.dataSync(), eager[index]!.dataSync())).toBeLessThan(1e-6),
    )
    tf.dispose(results)
    step.dispose()
  })
}

test('a variable that was given the value of another is updated by itself', async () => {
  const [a, b, m, v] = tf.tidy(() => [1, 5, 0, 0].map((value) => tf.variable(tf.tensor1d([value])))) as [
    tf.Variable,
    tf.Variable,
    tf.Variable,
    tf.Variable,
  ]
  const step = capture(
    () => {
      b.assign(a)
      adamW({
        parameter: b,
        gradient: tf.ones([1]),
        m,
        v,
        rate: tf.scalar(0.1),
        step: tf.scalar(1),
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-8,
        decay: 0,
      })
      return []
    },
    { inputs: [], state: [a, b, m, v] },
  )
  await step.run([])
  expect(
    difference(
      [a, b].map((variable) => variable.dataSync()[0]!),
      [1, 0.9],
    ),
  ).toBeLessThan(1e-6)
  step.dispose()
})
