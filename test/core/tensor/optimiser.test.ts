import { beforeAll, describe, expect, test } from 'vitest'
import { adamW, clipByGlobalNorm, startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'
import { difference, numbers } from './support/check.ts'

beforeAll(() => startTensor())

/** torch.optim.AdamW's single-tensor update, in double precision. */
function reference(
  parameter: number[],
  gradients: number[][],
  { rate, beta1, beta2, epsilon, decay }: Record<string, number>,
) {
  let [p, m, v] = [parameter, parameter.map(() => 0), parameter.map(() => 0)]
  gradients.forEach((gradient, index) => {
    const step = index + 1
    m = m.map((value, i) => value * beta1! + gradient[i]! * (1 - beta1!))
    v = v.map((value, i) => value * beta2! + gradient[i]! ** 2 * (1 - beta2!))
    p = p.map((value, i) => {
      const denominator = Math.sqrt(v[i]!) / Math.sqrt(1 - beta2! ** step) + epsilon!
      return value * (1 - rate! * decay!) - ((rate! / (1 - beta1! ** step)) * m[i]!) / denominator
    })
  })
  return p
}

describe('adamW', () => {
  const settings = { rate: 0.01, beta1: 0.9, beta2: 0.98, epsilon: 1e-6, decay: 0.1 }
  const start = numbers(6)
  const gradients = [numbers(6, 2), numbers(6, 3), numbers(6, 4), [0, 0, 0, 0, 0, 0]]

  function run(decay: number) {
    return tf.tidy(() => {
      const [parameter, m, v] = [
        tf.variable(tf.tensor1d(start)),
        tf.variable(tf.zeros([6])),
        tf.variable(tf.zeros([6])),
      ]
      const rate = tf.scalar(settings.rate)
      gradients.forEach((gradient, index) =>
        adamW({
          ...settings,
          decay,
          parameter,
          gradient: tf.tensor1d(gradient),
          m,
          v,
          rate,
          step: tf.scalar(index + 1),
        }),
      )
      return parameter.dataSync()
    })
  }

  test("follows torch's arithmetic with decoupled decay", () =>
    expect(difference(run(0.1), reference(start, gradients, settings))).toBeLessThan(1e-6))
  test('leaves decay out when it is 0', () =>
    expect(difference(run(0), reference(start, gradients, { ...settings, decay: 0 }))).toBeLessThan(1e-6))
})

describe('clipByGlobalNorm', () => {
  const clip = (maxNorm: number) =>
    tf.tidy(() => {
      const { gradients, norm } = clipByGlobalNorm([tf.tensor1d([3, 0]), tf.tensor2d([[4]])], maxNorm)
      return { norm: norm.dataSync()[0], values: gradients.map((gradient) => [...gradient.dataSync()]) }
    })

  test('scales all gradients by one factor when their joint norm is too large', () => {
    const { norm, values } = clip(1)
    expect(norm).toBeCloseTo(5, 6)
    expect(difference(values.flat(), [0.6, 0, 0.8])).toBeLessThan(1e-6)
  })

  test('leaves small gradients alone', () => {
    expect(clip(10).values).toEqual([[3, 0], [4]])
  })
})

describe('valueAndGradients', () => {
  test('keeps the order of the parameters, gives zeros for unused ones, and hands over what else was returned', () => {
    tf.tidy(() => {
      const [a, unused, b] = [tf.variable(tf.scalar(2)), tf.variable(tf.zeros([2, 2])), tf.variable(tf.scalar(5))]
      const { value, gradients, extra } = valueAndGradients(
        () => ({ loss: tf.mul(a, b), extra: { doubled: tf.mul(a, 2) } }),
        [b, unused, a],
      )
      expect(value.dataSync()[0]).toBe(10)
      expect(gradients.map((gradient) => [...gradient.dataSync()])).toEqual([[2], [0, 0, 0, 0], [5]])
      expect(extra.doubled.dataSync()[0]).toBe(4)
    })
  })

  test('may hand over a parameter or a tensor from outside without taking it away', () => {
    const [parameter, outside] = [tf.variable(tf.scalar(2)), tf.scalar(7)]
    tf.tidy(
      () => void valueAndGradients(() => ({ loss: tf.square(parameter), extra: [parameter, outside] }), [parameter]),
    )
    expect([parameter.dataSync()[0], outside.dataSync()[0]]).toEqual([2, 7])
  })

  test('leaves nothing behind', () => {
    const parameter = tf.variable(tf.scalar(2))
    const before = tf.memory().numTensors
    tf.tidy(
      () => void valueAndGradients(() => ({ loss: tf.square(parameter), extra: [tf.mul(parameter, 3)] }), [parameter]),
    )
    expect(tf.memory().numTensors).toBe(before)
  })
})
