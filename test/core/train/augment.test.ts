import { expect, test } from 'vitest'
import { changeOf } from '../../../core/train/augment.ts'

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
