import { beforeAll, describe, expect, test } from 'vitest'
import { startTensor, tf } from '../../../core/tensor/index.ts'
import { difference, numbers } from './support/check.ts'

beforeAll(() => startTensor())

/** The gradient of Σ weights · f(x), by the tape and by central differences: exact for any step where f is linear or quadratic. */
function bothGradients(f: (x: tf.Tensor) => tf.Tensor, shape: number[]): [ArrayLike<number>, number[]] {
  const values = numbers(shape.reduce((a, b) => a * b, 1))
  const score = (x: tf.Tensor) => {
    const y = f(x)
    return tf.sum(tf.mul(y, tf.tensor(numbers(y.size, 3), y.shape)))
  }
  const at = (index: number, by: number) =>
    tf.tidy(
      () =>
        score(
          tf.tensor(
            values.map((value, i) => (i === index ? value + by : value)),
            shape,
          ),
        ).dataSync()[0]!,
    )
  const given = tf.tidy(() => tf.grad(score)(tf.tensor(values, shape)).dataSync())
  return [given, values.map((_, index) => at(index, 0.5) - at(index, -0.5))]
}

describe('gradients that were replaced', () => {
  const cases: [string, number[], (x: tf.Tensor) => tf.Tensor][] = [
    ['sum of all', [2, 3], (x) => tf.sum(x)],
    ['sum along a negative axis, kept', [2, 3, 4], (x) => tf.sum(x, -2, true)],
    ['sum along two axes', [2, 3, 4], (x) => tf.sum(tf.square(x), [0, 2])],
    ['mean of all', [2, 3], (x) => tf.mean(tf.square(x))],
    ['mean along an axis', [2, 3, 4], (x) => tf.mean(x, 1)],
    ['gather along the first axis', [4, 3], (x) => tf.gather(x, tf.tensor1d([3, 0, 3], 'int32'))],
    ['gather along a middle axis', [2, 4, 3], (x) => tf.gather(x, tf.tensor1d([3, 0, 3], 'int32'), 1)],
    ['product', [2, 3, 4], (x) => tf.matMul(x, x, false, true)],
    ['product, transposed', [2, 3, 4], (x) => tf.matMul(x, x, true, false)],
    ['product, both transposed', [2, 3, 3], (x) => tf.matMul(x, x, true, true)],
  ]
  for (const [name, shape, f] of cases) {
    test(`${name}: as the differences`, () => {
      const [given, expected] = bothGradients(f, shape)
      expect(difference(given, expected)).toBeLessThan(1e-5)
    })
  }

  test('a product with broadcast batch dimensions is refused instead of wrong', () => {
    const gradient = () => tf.tidy(() => tf.grad((x) => tf.sum(tf.matMul(tf.ones([2, 3, 4]), x)))(tf.ones([1, 4, 5])))
    expect(gradient).toThrow(expect.objectContaining({ code: 'tensor-broadcast' }))
  })
})

describe('faults', () => {
  test('name the operation and the shapes, and the runtime goes on', () => {
    const wrong = () =>
      tf.tidy(() =>
        tf
          .engine()
          .runKernel(
            'BatchMatMul',
            { a: tf.ones([2, 3]), b: tf.ones([4, 5]) },
            { transposeA: false, transposeB: false },
          ),
      )
    expect(wrong).toThrow(/BatchMatMulV2\(float32 \[2, 3\], float32 \[4, 5\]\).*: .+/)
    expect([...tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1).dataSync())]).toEqual([2, 3])
  })

  test('a disposed tensor is named as such', () => {
    const tensor = tf.tensor1d([1])
    tensor.dispose()
    expect(() => tf.add(tensor, 1)).toThrow(/disposed/)
  })
})

test('eager work leaves no handles behind', async () => {
  const runtime = await startTensor()
  const before = runtime.liveHandles()
  for (let index = 0; index < 20; index++)
    tf.tidy(() =>
      tf
        .grad((x) => tf.mean(tf.softmax(tf.matMul(x, x))))(tf.ones([3, 3]))
        .dataSync(),
    )
  expect(runtime.liveHandles()).toBe(before)
})

test('int32, bool and empty tensors come back as they went', () => {
  expect([...tf.tidy(() => tf.add(tf.tensor1d([1, -2], 'int32'), tf.scalar(1, 'int32')).dataSync())]).toEqual([2, -1])
  expect([...tf.tidy(() => tf.logicalNot(tf.tensor1d([true, false], 'bool')).dataSync())]).toEqual([0, 1])
  expect([...tf.tidy(() => tf.add(tf.zeros([0, 3]), 1).dataSync())]).toEqual([])
})
