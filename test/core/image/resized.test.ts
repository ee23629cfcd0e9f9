import { readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openResizedCache, resizedKey, type ResizedCacheOptions } from '../../../core/image/resized.ts'
import { scratch } from '../../support/data.ts'

const size = 4
const bytes = size * size * 3
const key = (name: string) => name.padEnd(16, '.')
const pixels = (value: number) => new Uint8Array(bytes).fill(value)

function open(folder: string, over: Partial<ResizedCacheOptions> = {}) {
  const cache = openResizedCache({ folder, size, ...over })
  let closed = false
  const close = () => void (closed || ((closed = true), cache.close()))
  onTestFinished(close)
  const value = (name: string) => cache.read(key(name))?.[0] ?? null
  const put = (name: string, value: number) => cache.write(key(name), pixels(value))
  return { value, put, close }
}

test('gives back what was kept, in the next life too', () => {
  const folder = scratch()
  const first = open(folder)
  expect(first.value('a')).toBeNull()
  first.put('a', 1)
  first.put('b', 2)
  expect([first.value('a'), first.value('b')]).toEqual([1, 2])
  first.close()
  const second = open(folder)
  expect([second.value('b'), second.value('a'), second.value('c')]).toEqual([2, 1, null])
})

test('keeps resolutions apart', () => {
  const folder = scratch()
  open(folder).put('a', 1)
  const larger = openResizedCache({ folder, size: 8 })
  expect(larger.read(key('a'))).toBeNull()
  larger.close()
})

test('a changed byte, a cut file and a torn entry are misses, and can be kept again', () => {
  const folder = scratch()
  const [pictures, entries] = [`resized-${size}.pixels`, `resized-${size}.entries`].map((name) => join(folder, name))
  const first = open(folder)
  for (const [index, name] of ['a', 'b', 'c'].entries()) first.put(name, index + 1)
  first.close()

  const content = readFileSync(pictures!)
  content[bytes + 5]! ^= 1
  writeFileSync(pictures!, content)
  truncateSync(pictures!, bytes * 3 - 1)
  const second = open(folder)
  expect(['a', 'b', 'c'].map(second.value)).toEqual([1, null, null])
  second.put('b', 20)
  expect(['a', 'b', 'c'].map(second.value)).toEqual([1, 20, null])
  second.close()

  const rows = readFileSync(entries!)
  rows[3]! ^= 1
  writeFileSync(entries!, rows.subarray(0, rows.length - 1))
  const third = open(folder)
  expect(third.value('a')).toBeNull()
  third.put('a', 10)
  expect(third.value('a')).toBe(10)
})

test('takes no more than its bound; a later run puts its own pictures in place of those it does not ask for', () => {
  const folder = scratch()
  const bound = { maximumBytes: 3 * bytes }
  const first = open(folder, bound)
  expect(['a', 'b', 'c', 'd'].map((name, index) => first.put(name, index + 1))).toEqual([true, true, true, false])
  expect(['a', 'b', 'c', 'd'].map(first.value)).toEqual([1, 2, 3, null])
  first.close()
  const second = open(folder, bound)
  expect(second.value('b')).toBe(2)
  expect([second.put('e', 5), second.put('f', 6), second.put('g', 7)]).toEqual([true, true, false])
  expect(['a', 'b', 'c', 'e', 'f', 'g'].map(second.value)).toEqual([null, 2, null, 5, 6, null])
  expect(statSync(join(folder, `resized-${size}.pixels`)).size).toBe(3 * bytes)
})

test('two that write at once lose pictures, never mix them up', () => {
  const folder = scratch()
  const [one, two] = [open(folder), open(folder)]
  for (let index = 0; index < 5; index++) {
    one.put(`one ${index}`, index)
    two.put(`two ${index}`, 100 + index)
  }
  one.put('one 5', 5)
  const third = open(folder)
  for (const cache of [one, two, third]) {
    for (let index = 0; index < 6; index++) {
      expect([null, index]).toContain(cache.value(`one ${index}`))
      expect([null, 100 + index]).toContain(cache.value(`two ${index}`))
    }
  }
  expect(third.value('one 5')).toBe(5)
})

test('names a file by its path, length and time of change', () => {
  const path = join(scratch(), 'a.jpg')
  writeFileSync(path, 'one')
  utimesSync(path, 5, 5)
  const first = resizedKey(path)
  expect(first).toHaveLength(16)
  expect(resizedKey(path)).toBe(first)
  utimesSync(path, 5, 6)
  expect(resizedKey(path)).not.toBe(first)
  writeFileSync(path, 'three')
  utimesSync(path, 5, 5)
  expect(resizedKey(path)).not.toBe(first)
  expect(() => resizedKey('/nowhere.jpg')).toThrow(expect.objectContaining({ code: 'not-found' }))
})
