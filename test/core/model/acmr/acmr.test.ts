import { beforeAll, expect, test } from 'vitest'
import { acmrMeasures } from '../../../../core/model/acmr/measure.ts'
import { projectPictures, projectTexts } from '../../../../core/model/acmr/project.ts'
import { parseShape } from '../../../../core/model/index.ts'
import { randomNormal, startTensor, tf } from '../../../../core/tensor/index.ts'
import { toyAcmr } from './toy.ts'

beforeAll(() => startTensor())

const values = (x: tf.Tensor) => [...x.dataSync()]
const ids = (...rows: number[][]) => tf.tensor2d(rows, [rows.length, rows[0]!.length], 'int32')
const apart = (a: tf.Tensor, b: tf.Tensor) => values(tf.max(tf.abs(tf.sub(a, b))))[0]!
const images = () => tf.cast(tf.mul(tf.abs(randomNormal([2, 16, 16, 3], tf.tensor1d([1, 2], 'int32'))), 60), 'int32')

test('a caption is the bag of its words, without padding and marks', () => {
  const model = toyAcmr()
  const caption = projectTexts(model, ids([2, 5, 6, 3]))
  expect(apart(caption, projectTexts(model, ids([2, 6, 5, 3, 0, 0])))).toBeLessThan(1e-6)
  expect(apart(caption, projectTexts(model, ids([2, 5, 7, 3])))).toBeGreaterThan(1e-2)
})

test('a caption without words has a feature all the same', () => {
  expect(values(projectTexts(toyAcmr(), ids([2, 3, 0, 0]))).every(Number.isFinite)).toBe(true)
})

test('pictures and captions are compared by cosine', () => {
  const model = toyAcmr()
  const match = acmrMeasures.match!
  const texts = ids([2, 5, 6, 3], [2, 7, 3, 0], [2, 8, 9, 3])
  const scores = match.similarities(model, match.image(model, images()), match.text(model, texts))
  const [picture, text] = [
    values(projectPictures(model, images())).slice(0, 5),
    values(projectTexts(model, texts)).slice(5, 10),
  ]
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0)
  expect(scores.shape).toEqual([2, 3])
  expect(values(scores)[1]).toBeCloseTo(dot(picture, text) / Math.sqrt(dot(picture, picture) * dot(text, text)), 4)
})

test('a shape whose groups do not divide a width is refused', () => {
  const { shape } = toyAcmr()
  expect(() => parseShape({ ...shape, image: { ...shape.image, widths: [4, 6], groups: 4 } })).toThrow('groups')
})
