import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheKey, openCache } from '../../../../core/tensor/runtime/pjrt/cache.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const bytes = (length: number, value = 1) => new Uint8Array(length).fill(value)

test('what was written is read again, by the same key only', async () => {
  const cache = openCache(temporaryFolder(), 1e6)
  await cache.write('a', bytes(10))
  expect([...(await cache.read('a'))!]).toEqual([...bytes(10)])
  expect(await cache.read('b')).toBeNull()
})

test('a file that is cut off, changed or foreign is a miss, and gone afterwards', async () => {
  const folder = temporaryFolder()
  const cache = openCache(folder, 1e6)
  const damages: ((content: Buffer) => Buffer)[] = [
    (content) => content.subarray(0, content.length - 1),
    (content) => (content.writeUInt8(2, content.length - 1), content),
    () => Buffer.from('something else'),
    () => Buffer.alloc(0),
  ]
  for (const damage of damages) {
    await cache.write('a', bytes(100))
    const file = join(folder, readdirSync(folder)[0]!)
    writeFileSync(file, damage(readFileSync(file)))
    expect(await cache.read('a')).toBeNull()
    expect(readdirSync(folder)).toEqual([])
  }
})

test('beyond its limit what was used longest ago goes first', async () => {
  const folder = temporaryFolder()
  const cache = openCache(folder, 2500)
  for (const [age, key] of ['old', 'new'].entries()) {
    await cache.write(key, bytes(1000))
    utimesSync(join(folder, `${key}.pjrt`), age, age)
  }
  await cache.read('old') // used now
  await cache.write('newest', bytes(1000))
  expect(readdirSync(folder).sort()).toEqual(['newest.pjrt', 'old.pjrt'])
})

test('a folder that can not be written is no error', async () => {
  const folder = join(temporaryFolder(), 'file')
  writeFileSync(folder, '')
  const cache = openCache(folder, 1e6)
  await cache.write('a', bytes(10))
  expect(await cache.read('a')).toBeNull()
})

test('a note under a name is found again, and one that is no key is none', async () => {
  const folder = temporaryFolder()
  const cache = openCache(folder, 1e6)
  expect(await cache.noted('step')).toBeNull()
  await cache.note('step', cacheKey(['a']))
  expect(await cache.noted('step')).toBe(cacheKey(['a']))
  expect(await cache.noted('other')).toBeNull()
  writeFileSync(join(folder, 'step.latest'), '../elsewhere')
  expect(await cache.noted('step')).toBeNull()
})

test('leaves files of others in the folder alone', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'kept'))
  writeFileSync(join(folder, 'kept.txt'), 'mine')
  await openCache(folder, 10).write('a', bytes(100))
  expect(readdirSync(folder).sort()).toEqual(['kept', 'kept.txt'])
})

test('keys tell parts apart, not only their concatenation', () => {
  expect(cacheKey(['ab', 'c'])).not.toBe(cacheKey(['a', 'bc']))
  expect(cacheKey(['ab', 'c'])).toBe(cacheKey(['ab', 'c']))
})
