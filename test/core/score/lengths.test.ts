import { expect, test } from 'vitest'
import { byLength, roundedLength } from '../../../core/score/lengths.ts'

test('lengths are rounded up to few values, and never beyond the context', () => {
  const rounded = Array.from({ length: 60 }, (_, longest) => roundedLength(longest + 1, 64))
  expect([...new Set(rounded)]).toEqual([8, 12, 16, 24, 32, 48, 64])
  rounded.forEach((length, longest) => expect(length).toBeGreaterThan(longest))
  expect(roundedLength(20, 24)).toBe(24)
  expect(roundedLength(20, 22)).toBe(22)
})

test('items of similar length go together, each once', () => {
  const items = [5, 3, 9, 3, 7].map((length) => Array.from({ length }, () => 0))
  const groups = byLength(items, 2)
  expect(groups.map(({ longest }) => longest)).toEqual([3, 7, 9])
  expect(groups.flatMap(({ places }) => places)).toEqual([1, 3, 0, 4, 2])
  groups.forEach(({ places, items: own }) => expect(own).toEqual(places.map((place) => items[place])))
})
