import { beforeAll, expect, test } from 'vitest'
import { likeliest } from '../../../core/model/likeliest.ts'
import { bestOf } from '../../../core/model/nextTokens.ts'
import { logSum } from '../../../core/model/scores.ts'
import { seeded } from '../../../core/model/random.ts'
import { capture, startTensor, tf } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

/** [V, R] */
function madeUp(vocabulary: number, columns: number): Float32Array {
  const random = seeded(5)
  return Float32Array.from({ length: vocabulary * columns }, () => 8 * random() - 4)
}

test.each([
  ['a small vocabulary', 60, 3, 10],
  ['a large one', 6000, 3, 10],
  ['a large one that fills its chunks', 64 * 80, 1, 4],
])('finds the best tokens, their scores and the sum of all in %s', async (_, vocabulary, columns, count) => {
  const values = madeUp(vocabulary, columns)
  // The last tokens, outside of the whole chunks, must be found as well.
  values[(vocabulary - 1) * columns] = 9
  const step = capture(
    (scores: tf.Tensor) => {
      const { tokens, best, logSums } = likeliest(scores, count)
      return [tokens, best, logSums]
    },
    { inputs: [{ shape: [vocabulary, columns], dtype: 'float32' }], state: [] },
  )
  const [tokens, best, logSums] = await step.run([values])
  for (let column = 0; column < columns; column++) {
    const row = Float32Array.from({ length: vocabulary }, (_, token) => values[token * columns + column]!)
    const expected = bestOf(row, count)
    const at = column * count
    expect([...tokens!.dataSync()].slice(at, at + count)).toEqual(expected.map(({ token }) => token))
    expect([...best!.dataSync()].slice(at, at + count)).toEqual(expected.map(({ score }) => score))
    expect(logSums!.dataSync()[column]).toBeCloseTo(logSum(row), 4)
  }
  tf.dispose([tokens!, best!, logSums!])
  step.dispose()
})
