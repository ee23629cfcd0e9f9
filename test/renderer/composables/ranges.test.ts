import { describe, expect, it } from 'vitest'
import { add, includes, positions, remove, sizeOf, toggle, type Ranges } from '../../../renderer/composables/ranges.ts'

describe('a set of positions', () => {
  it('joins ranges that touch', () => {
    expect(add(add([], 0, 5), 5, 8)).toEqual([[0, 8]])
    expect(
      add(
        [
          [0, 2],
          [4, 6],
          [9, 10],
        ],
        1,
        5,
      ),
    ).toEqual([
      [0, 6],
      [9, 10],
    ])
  })

  it('is cut in two by taking out the middle', () => {
    expect(remove([[0, 10]], 3, 4)).toEqual([
      [0, 3],
      [4, 10],
    ])
    expect(remove([[0, 10]], 0, 10)).toEqual([])
  })

  it('agrees with a plain set over random steps', () => {
    let ranges: Ranges = []
    const plain = new Set<number>()
    for (let step = 0; step < 400; step++) {
      const at = (step * 7919) % 61
      ranges = toggle(ranges, at)
      if (!plain.delete(at)) plain.add(at)
    }
    expect(sizeOf(ranges)).toBe(plain.size)
    expect(positions(ranges, 100)).toEqual([...plain].sort((a, b) => a - b))
    for (let at = 0; at < 61; at++) expect(includes(ranges, at)).toBe(plain.has(at))
  })

  it('stays small for a million positions', () => {
    expect(add([], 0, 1_000_000)).toHaveLength(1)
    expect(positions(add([], 0, 1_000_000), 3)).toEqual([0, 1, 2])
  })
})
