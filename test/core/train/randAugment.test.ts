import { describe, expect, test } from 'vitest'
import { seeded } from '../../../core/model/random.ts'
import { changeOf } from '../../../core/train/augment.ts'
import { carryOut, drawOperations, type PictureOperation } from '../../../core/train/randAugment.ts'

const size = 8
const done = (operation: PictureOperation, pixels = ramp()) => {
  carryOut([operation], pixels, size)
  return pixels
}

/** Red rises to the right, green downwards, blue is flat. */
const ramp = () =>
  Uint8Array.from({ length: size * size * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3)
    return [20 * (pixel % size), 20 * Math.floor(pixel / size), 90][at % 3]!
  })
const at = (pixels: Uint8Array, x: number, y: number) => [
  ...pixels.subarray((y * size + x) * 3, (y * size + x) * 3 + 3),
]

describe('the operations', () => {
  test('shift by whole pixels, with grey coming in', () => {
    const moved = done({ kind: 'translateX', amount: 2 })
    expect(at(moved, 0, 3)).toEqual(at(ramp(), 2, 3))
    expect(at(moved, 7, 3)).toEqual([128, 128, 128])
    expect(at(done({ kind: 'translateY', amount: -3 }), 4, 3)).toEqual(at(ramp(), 4, 0))
  })

  test('shear a row by its height', () => {
    const sheared = done({ kind: 'shearX', amount: 0.5 })
    expect(at(sheared, 4, 0)).toEqual(at(ramp(), 4, 0))
    expect(at(sheared, 4, 2)).toEqual(at(ramp(), 3, 2))
    expect(at(sheared, 4, 1)[0]).toBe(70) // between two pixels
  })

  test('turn around the middle', () => {
    const turned = done({ kind: 'rotate', amount: 90 })
    expect(at(turned, 4, 4)).toEqual(at(ramp(), 4, 4))
    expect(at(turned, 4, 2)).toEqual(at(ramp(), 6, 4))
  })

  test('spread the values that occur, channel by channel; a flat one stays', () => {
    const spread = done({ kind: 'autoContrast' })
    expect(at(spread, 7, 0)).toEqual([255, 0, 90])
    expect(at(spread, 0, 7)).toEqual([0, 255, 90])
  })

  test('make a histogram even', () => {
    const dark = new Uint8Array(32 * 32 * 3).map((_, index) => (Math.floor(index / 3) % 16) * 2)
    carryOut([{ kind: 'equalize' }], dark, 32)
    expect(Math.max(...dark)).toBe(255)
    expect(new Set(dark).size).toBe(13) // 1024 pixels in steps of 3: the three brightest run into the end
  })

  test('make brighter, and at factor 1 nothing', () => {
    expect(at(done({ kind: 'brightness', factor: 1.5 }), 3, 3)).toEqual([90, 90, 135])
    expect(done({ kind: 'brightness', factor: 1 })).toEqual(ramp())
    expect(done({ kind: 'sharpness', factor: 1 })).toEqual(ramp())
  })

  test('sharpen an edge, and blur it at factor 0', () => {
    const edge = () => Uint8Array.from({ length: size * size * 3 }, (_, i) => (Math.floor(i / 3) % size < 4 ? 50 : 200))
    expect(at(done({ kind: 'sharpness', factor: 0 }, edge()), 3, 3)[0]).toBe(Math.round((50 * 10 + 200 * 3) / 13))
    expect(at(done({ kind: 'sharpness', factor: 2 }, edge()), 3, 3)[0]).toBeLessThan(50)
  })
})

test('are drawn two at a time, each carried out half the time, with both signs', () => {
  const random = seeded(1)
  const all = Array.from({ length: 4000 }, () => drawOperations(random, 7))
  const kinds = all.flat().map(({ kind }) => kind)
  expect(kinds.length / 4000).toBeCloseTo(0.9, 1) // 2 × 0.5, and one kind of ten does nothing
  expect(new Set(kinds).size).toBe(9)
  const shears = all.flat().flatMap((operation) => (operation.kind === 'shearX' ? [operation.amount] : []))
  expect(new Set(shears.map((amount) => Math.round(amount * 100)))).toEqual(new Set([21, -21]))
})

test('a change with RandAugment is a function of seed, epoch and sample, and keeps the crop of one without', () => {
  const plain = { cropMinimum: 0.5, flip: 0.5 }
  const change = changeOf(3, 1, 7, { ...plain, randAugment: 7 })
  expect(changeOf(3, 1, 7, { ...plain, randAugment: 7 })).toEqual(change)
  expect(change).toMatchObject(changeOf(3, 1, 7, plain))
  const drawn = Array.from(
    { length: 20 },
    (_, sample) => changeOf(3, 1, sample, { ...plain, randAugment: 7 }).operations,
  )
  expect(new Set(drawn.map((operations) => JSON.stringify(operations))).size).toBeGreaterThan(5)
})
