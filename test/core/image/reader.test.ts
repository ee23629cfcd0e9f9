import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFileReader } from '../../../core/image/reader.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const folder = temporaryFolder()
function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const text = async (bytes: Buffer) => bytes.toString()

test('files are read whole, whatever was read before', async () => {
  const read = createFileReader()
  const contents = ['long enough to leave something', '', 'short', 'x'.repeat(70_000)]
  for (const [index, content] of contents.entries()) expect(await read(file(`${index}`, content), text)).toBe(content)
})

test('memory is used again, but never while somebody works with it', async () => {
  const read = createFileReader()
  const [a, b] = [file('a', 'aaaa'), file('b', 'bbbb')]
  const ended = Promise.withResolvers<void>()
  const slow = read(a, async (bytes) => (await ended.promise, { buffer: bytes.buffer, text: bytes.toString() }))
  const other = await read(b, async ({ buffer }) => buffer)
  ended.resolve()
  const first = await slow
  expect(first.text).toBe('aaaa')
  expect(first.buffer).not.toBe(other)
  expect([first.buffer, other]).toContain(await read(b, async ({ buffer }) => buffer))
})

test('a failure gives the memory back, and a file that is not there is a fault', async () => {
  const read = createFileReader()
  await expect(read(file('a', 'aaaa'), () => Promise.reject(new Error('damaged')))).rejects.toThrow('damaged')
  await expect(read(join(folder, 'absent'), text)).rejects.toMatchObject({ code: 'not-found' })
  expect(await read(file('b', 'bb'), text)).toBe('bb')
})
