import { expect, test } from 'vitest'
import { applyChange, changeOf } from '../../../core/train/augment.ts'

const size = 8
const picture = Uint8Array.from({ length: size * size * 3 }, (_, index) => (index * 37) % 256)
const changed = (change: ReturnType<typeof changeOf>) => {
  const target = new Uint8Array(picture.length)
  applyChange(picture, size, change, target, 0)
  return target
}

test('without augmentation the picture stays as it is', () => {
  expect(changed(changeOf(1, 0, 5, { cropMinimum: 1, flip: 0 }))).toEqual(picture)
})

test('the same seed, epoch and sample give the same change, others do not', () => {
  const augmentation = { cropMinimum: 0.5, flip: 0.5 }
  expect(changeOf(1, 2, 3, augmentation)).toEqual(changeOf(1, 2, 3, augmentation))
  const others = [changeOf(2, 2, 3, augmentation), changeOf(1, 3, 3, augmentation), changeOf(1, 2, 4, augmentation)]
  for (const other of others) expect(other).not.toEqual(changeOf(1, 2, 3, augmentation))
})

test('crops stay inside the picture and keep the stated area', () => {
  for (let sample = 0; sample < 500; sample++) {
    const { left, top, width, height } = changeOf(1, 0, sample, { cropMinimum: 0.6, flip: 0 })
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
    expect(Math.max(left + width, top + height)).toBeLessThanOrEqual(1 + 1e-9)
    expect(width * height).toBeGreaterThan(0.6 * 0.75)
  }
})

test('a mirrored picture has its columns reversed', () => {
  const change = changeOf(1, 0, 0, { cropMinimum: 1, flip: 1 })
  const result = changed(change)
  for (let x = 0; x < size; x++) expect(result[x * 3]).toBe(picture[(size - 1 - x) * 3])
})

test('a crop enlarges the part it keeps', () => {
  const ramp = Uint8Array.from({ length: size * size * 3 }, (_, index) => (Math.floor(index / 3) % size) * 16)
  const target = new Uint8Array(ramp.length)
  applyChange(ramp, size, { left: 0.5, top: 0, width: 0.5, height: 1, flip: false }, target, 0)
  expect([target[0], target[(size - 1) * 3]]).toEqual([60, 112])
})
