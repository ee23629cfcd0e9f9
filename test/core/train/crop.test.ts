import { expect, test } from 'vitest'
import { changeOf, type Change } from '../../../core/train/augment.ts'
import { createCrop } from '../../../core/train/crop.ts'

const size = 8
const picture = Uint8Array.from({ length: size * size * 3 }, (_, index) => (index * 37) % 256)
const crop = createCrop(size)
const changed = (change: Change, source = picture) => {
  const target = new Uint8Array(source.length)
  crop(source, change, target, 0)
  return target
}

test('without augmentation the picture stays as it is', () => {
  expect(changed(changeOf(1, 0, 5, { cropMinimum: 1, flip: 0 }))).toEqual(picture)
})

test('a mirrored picture has its columns reversed', () => {
  const change = changeOf(1, 0, 0, { cropMinimum: 1, flip: 1 })
  const result = changed(change)
  for (let x = 0; x < size; x++) expect(result[x * 3]).toBe(picture[(size - 1 - x) * 3])
})

test('a crop enlarges the part it keeps', () => {
  const ramp = Uint8Array.from({ length: size * size * 3 }, (_, index) => (Math.floor(index / 3) % size) * 16)
  const target = changed({ left: 0.5, top: 0, width: 0.5, height: 1, flip: false }, ramp)
  expect([target[0], target[(size - 1) * 3]]).toEqual([60, 112])
})

/** Bilinear sampling as it is written in books. */
function plainChange(source: Uint8Array, side: number, change: ReturnType<typeof changeOf>): number[] {
  const place = (index: number, start: number, span: number) =>
    Math.min(side - 1, Math.max(0, (start + ((index + 0.5) / side) * span) * side - 0.5))
  const at = (x: number, y: number, channel: number) =>
    source[(Math.min(side - 1, y) * side + Math.min(side - 1, x)) * 3 + channel]!
  const sample = (x: number, y: number, channel: number) => {
    const [left, top] = [Math.floor(x), Math.floor(y)]
    const upper = at(left, top, channel) * (1 - (x - left)) + at(left + 1, top, channel) * (x - left)
    const lower = at(left, top + 1, channel) * (1 - (x - left)) + at(left + 1, top + 1, channel) * (x - left)
    return upper * (1 - (y - top)) + lower * (y - top)
  }
  return Array.from({ length: side * side * 3 }, (_, index) => {
    const [column, row] = [Math.floor(index / 3) % side, Math.floor(index / 3 / side)]
    const x = place(change.flip ? side - 1 - column : column, change.left, change.width)
    return sample(x, place(row, change.top, change.height), index % 3)
  })
}

test.each([3, 7, 8, 16, 33])('is within 2 of 255 of exact bilinear sampling, at %i pixels a side', (side) => {
  const source = Uint8Array.from({ length: side * side * 3 }, (_, index) => (index * 97 + ((index * index) >> 3)) % 256)
  const cropSide = createCrop(side)
  for (let sample = 0; sample < 40; sample++) {
    const change = changeOf(2, 0, sample, { cropMinimum: 0.3, flip: 0.5 })
    const target = new Uint8Array(source.length + 10)
    cropSide(source, change, target, 5)
    const exact = plainChange(source, side, change)
    const worst = Math.max(...exact.map((value, index) => Math.abs(value - target[5 + index]!)))
    expect(worst).toBeLessThan(2)
    expect([...target.subarray(0, 5), ...target.subarray(-5)]).toEqual(new Array(10).fill(0))
  }
})
