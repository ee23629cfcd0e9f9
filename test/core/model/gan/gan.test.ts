import { beforeAll, expect, test } from 'vitest'
import {
  conditionOf,
  encodeText,
  generate,
  generateGrid,
  judge,
  seePictures,
  toBytes,
  toSigned,
} from '../../../../core/model/gan/index.ts'
import { ganMeasures } from '../../../../core/model/gan/measure.ts'
import { parameterShapes, parseShape } from '../../../../core/model/index.ts'
import { randomNormal, startTensor, tf } from '../../../../core/tensor/index.ts'
import { toyGan, toyShape } from './toy.ts'

beforeAll(() => startTensor())

const values = (x: tf.Tensor) => [...x.dataSync()]
const seed = (n = 1) => tf.tensor1d([n, 7], 'int32')
const ids = (...rows: number[][]) => tf.tensor2d(rows, [rows.length, rows[0]!.length], 'int32')
const apart = (a: tf.Tensor, b: tf.Tensor) => values(tf.max(tf.abs(tf.sub(a, b))))[0]!

test.each(['mean', 'gru'] as const)('a caption by %s is a unit vector that padding does not change', (encoder) => {
  const model = toyGan(encoder)
  const short = encodeText(model, ids([2, 5, 6, 3]))
  const long = encodeText(model, ids([2, 5, 6, 3, 0, 0]))
  expect(values(tf.sum(tf.square(short)))[0]).toBeCloseTo(1, 4)
  expect(apart(short, long)).toBeLessThan(1e-6)
})

test('a GRU tells the order of words, a mean does not', () => {
  const [there, back] = [ids([2, 5, 6, 3]), ids([2, 6, 5, 3])]
  const [gru, mean] = [toyGan('gru'), toyGan('mean')]
  expect(apart(encodeText(gru, there), encodeText(gru, back))).toBeGreaterThan(1e-3)
  expect(apart(encodeText(mean, there), encodeText(mean, back))).toBeLessThan(1e-6)
})

test('pictures lie in -1 to 1, and those of one batch do not touch each other', () => {
  const model = toyGan()
  const [conditions, noise] = [randomNormal([3, 4], seed()), randomNormal([3, 3], seed(2))]
  const all = generate(model, conditions, noise)
  expect(all.shape).toEqual([3, 16, 16, 3])
  expect(Math.max(...values(tf.abs(all)))).toBeLessThanOrEqual(1)
  const last = generate(model, tf.slice(conditions, [2, 0]), tf.slice(noise, [2, 0]))
  expect(apart(tf.slice(all, [2, 0, 0, 0]), last)).toBeLessThan(1e-5)
})

test('bytes become the range of the generator and come back', () => {
  const bytes = tf.tensor([0, 1, 127, 128, 254, 255], [1, 1, 2, 3], 'int32')
  expect(values(toSigned(bytes))[0]).toBe(-1)
  expect(values(toSigned(bytes))[5]).toBe(1)
  expect(values(toBytes(toSigned(bytes)))).toEqual([0, 1, 127, 128, 254, 255])
})

test('every picture is judged with every caption as it would be alone', () => {
  const model = toyGan()
  const match = ganMeasures.match!
  const images = tf.cast(tf.mul(tf.abs(randomNormal([2, 16, 16, 3], seed())), 60), 'int32')
  const texts = ids([2, 5, 6, 3], [2, 7, 3, 0], [2, 8, 9, 3])
  const [seen, features] = [match.image(model, images), match.text(model, texts)]
  const scores = match.similarities(model, seen, features)
  expect(scores.shape).toEqual([2, 3])
  const alone = judge(
    model,
    seePictures(model, toSigned(tf.slice(images, [1, 0, 0, 0], [1, 16, 16, 3]))),
    encodeText(model, ids([2, 8, 9, 3])),
  )
  expect(values(scores)[5]).toBeCloseTo(values(alone)[0]!, 5)
})

test('a grid has a row for each caption and a column for each draw, and is the same for the same seed', () => {
  const model = toyGan()
  const texts = ids([2, 5, 6, 3], [2, 7, 3, 0])
  const grid = generateGrid(model, texts, seed(), 3)
  expect(grid.shape).toEqual([32, 48, 3])
  expect(apart(grid, generateGrid(model, texts, seed(), 3))).toBe(0)
  expect(apart(grid, generateGrid(model, texts, seed(9), 3))).toBeGreaterThan(0)
  // the second row, third column is the second caption with the third draw
  const { mean } = conditionOf(model, encodeText(model, ids([2, 7, 3, 0])))
  const noise = tf.slice(randomNormal([3, 3], seed()), [2, 0], [1, 3])
  const alone = tf.reshape(toBytes(generate(model, mean, noise)), [16, 16, 3])
  expect(apart(tf.slice(grid, [16, 32, 0], [16, 16, 3]), alone)).toBeLessThanOrEqual(1)
})

test.each([
  ['a size that is no power of two', { size: 24, width: 4, groups: 2 }],
  ['a size below 8', { size: 4, width: 4, groups: 2 }],
  ['groups that do not divide the width', { size: 16, width: 6, groups: 4 }],
])('a shape with %s is refused', (_, image) => {
  expect(() => parseShape({ ...toyShape(), image })).toThrow('shape')
})

test('layers grow with the picture', () => {
  const count = (size: number) =>
    [...parameterShapes({ ...toyShape(), image: { size, width: 4, groups: 2 } } as never).keys()].filter((name) =>
      /down\.\d+\.weight/.test(name),
    ).length
  expect([8, 16, 32, 64].map(count)).toEqual([1, 2, 3, 4])
})
