import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodePixels } from '../../../core/image/compose.ts'
import { writePng } from '../../../core/image/png.ts'

test('a PNG file holds the pixels that were written, in a folder that was not there', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'winnow-png-')), 'pictures', 'grid.png')
  const data = Uint8Array.from({ length: 2 * 3 * 3 }, (_, at) => (at * 37) % 256)
  await writePng(file, { data, width: 3, height: 2 })
  const back = await decodePixels(file)
  expect([back.width, back.height]).toEqual([3, 2])
  expect([...back.data].filter((_, at) => at % 4 !== 3)).toEqual([...data])
  expect(readdirSync(join(file, '..'))).toEqual(['grid.png'])
})

test('pixels that are no picture leave nothing behind and name the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-png-'))
  const writing = writePng(join(folder, 'grid.png'), { data: new Uint8Array(5), width: 3, height: 2 })
  await expect(writing).rejects.toMatchObject({ subject: join(folder, 'grid.png') })
  expect(readdirSync(folder)).toEqual([])
})
