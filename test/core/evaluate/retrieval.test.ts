import { expect, test } from 'vitest'
import { retrieval } from '../../../core/evaluate/retrieval.ts'

const texts = ['a', 'b', 'c']
const run = (rows: number[][], over = {}) =>
  retrieval({ similarity: Float32Array.from(rows.flat()), pictures: rows.length, texts, pictureOf: [0, 1, 2], ...over })

test('a perfect ranking has recall 1 in both directions', () => {
  const result = run([
    [3, 1, 1],
    [1, 3, 1],
    [1, 1, 3],
  ])
  expect(result.imageToText.r1).toBe(1)
  expect(result.textToImage.r1).toBe(1)
  expect(result.candidates).toBe(3)
})

test('equal similarities count against the model', () => {
  const result = run([
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ])
  expect(result.imageToText).toEqual({ r1: 0, r5: 1, r10: 1 })
  expect(result.textToImage.r1).toBe(0)
})

test('directions are told apart', () => {
  // Picture 2 draws every text to itself: each text finds picture 2 first, each picture still finds its own text.
  const result = run([
    [2, 1, 0],
    [1, 2, 0],
    [3, 3, 9],
  ])
  expect(result.imageToText.r1).toBe(1)
  expect(result.textToImage.r1).toBeCloseTo(1 / 3)
})

test('any of several texts of a picture is a hit', () => {
  const result = run(
    [
      [0, 5, 1],
      [1, 1, 4],
    ],
    { pictureOf: [0, 0, 1] },
  )
  expect(result.imageToText.r1).toBe(1)
})

test('a text equal to the right one is right, too', () => {
  const result = run(
    [
      [1, 9, 0],
      [1, 9, 0],
      [0, 0, 1],
    ],
    { texts: ['same', 'same', 'other'] },
  )
  expect(result.imageToText.r1).toBe(1)
  expect(result.textToImage.r1).toBe(1)
})
