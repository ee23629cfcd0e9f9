import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCoco } from '../../../../core/exchange/import/coco.ts'
import { readCsv, readTsv } from '../../../../core/exchange/import/csv.ts'
import { readFolder } from '../../../../core/exchange/import/folder.ts'
import type { ImportItem, Reader, ReaderOptions } from '../../../../core/exchange/import/item.ts'
import { readJsonl } from '../../../../core/exchange/import/jsonl.ts'
import { scratch, writeFiles } from '../../../support/data.ts'

async function gather(read: Reader, options: Partial<ReaderOptions> & { path: string }): Promise<ImportItem[]> {
  const items: ImportItem[] = []
  for await (const item of read({ after: null, ...options })) items.push(item)
  return items
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(scratch(), name)
  writeFileSync(path, content)
  return path
}

const brief = (items: ImportItem[]) => items.map(({ path, captions, line }) => [path, captions, line])

describe('a CSV file', () => {
  it('is read with a byte order mark, quotes, line breaks in fields and any column order', async () => {
    const path = file(
      'a.csv',
      '\ufeffid,Caption,image\r\n1,"a ""red"", dog",a.jpg\r\n2,"two\nlines",b.jpg\r\n\r\n3,,c.jpg\r\n',
    )
    expect(brief(await gather(readCsv, { path }))).toEqual([
      ['a.jpg', ['a "red", dog'], 2],
      ['b.jpg', ['two\nlines'], 4],
      ['c.jpg', [''], 6],
    ])
  })

  it('takes the named columns, and names those it found when they are missing', async () => {
    const path = file('a.csv', 'url,alt\nx.jpg,hello\n')
    expect(brief(await gather(readCsv, { path, pathColumn: 'url', captionColumn: 'alt' }))).toEqual([
      ['x.jpg', ['hello'], 2],
    ])
    await expect(gather(readCsv, { path })).rejects.toMatchObject({
      code: 'columns-missing',
      message: expect.stringContaining('Found: url, alt'),
    })
    await expect(gather(readCsv, { path: file('b.csv', '') })).rejects.toMatchObject({ code: 'columns-missing' })
  })

  it('goes on after a cursor', async () => {
    const path = file(
      'a.csv',
      `path,caption\n${Array.from({ length: 10 }, (_, index) => `${index}.jpg,c${index}`).join('\n')}\n`,
    )
    const all = await gather(readCsv, { path })
    expect(await gather(readCsv, { path, after: all[6]!.cursor })).toEqual(all.slice(7))
  })

  it('does not fail on rows that are too short or hold stray quotes', async () => {
    const path = file('a.csv', 'path,caption\na.jpg\nb.jpg,the 5" nail\n,no path\n')
    const items = await gather(readCsv, { path })
    expect(brief(items.slice(0, 2))).toEqual([
      ['a.jpg', [''], 2],
      ['b.jpg', ['the 5" nail'], 3],
    ])
    expect(items[2]!.fault?.code).toBe('row-invalid')
  })

  it('is refused if a quote is never closed for a megabyte', async () => {
    const path = file('a.csv', `path,caption\na.jpg,"${'x'.repeat(1_100_000)}`)
    await expect(gather(readCsv, { path })).rejects.toMatchObject({ code: 'table-invalid' })
  })
})

describe('a TSV file', () => {
  it('takes quotes as text unless they enclose the field', async () => {
    const path = file('a.tsv', 'caption\tpath\nthe "big" dog\ta.jpg\n"a ""b"""\tb.jpg\n"open\tc.jpg\n')
    expect(brief(await gather(readTsv, { path }))).toEqual([
      ['a.jpg', ['the "big" dog'], 2],
      ['b.jpg', ['a "b"'], 3],
      ['c.jpg', ['"open'], 4],
    ])
  })
})

describe('a JSONL file', () => {
  it('is read with one or many captions, blank lines and Windows line ends', async () => {
    const path = file(
      'a.jsonl',
      '\ufeff{"image":"a.jpg","captions":["one","two"]}\r\n\r\n{"image":"b.jpg","captions":"three"}',
    )
    expect(brief(await gather(readJsonl, { path }))).toEqual([
      ['a.jpg', ['one', 'two'], 1],
      ['b.jpg', ['three'], 3],
    ])
  })

  it('gives a fault for a line that is no object or has wrong types, and goes on', async () => {
    const path = file(
      'a.jsonl',
      '{"path":"a.jpg","text":"one"}\n[1]\nnot json\n{"path":5,"text":"x"}\n{"path":"b.jpg","text":["x",1]}\n{"path":"c.jpg","text":"two"}\n',
    )
    const items = await gather(readJsonl, { path })
    expect(items.map(({ fault }) => fault?.code)).toEqual([
      undefined,
      'row-invalid',
      'row-invalid',
      'row-invalid',
      'row-invalid',
      undefined,
    ])
  })

  it('goes on after a cursor without reading what comes before', async () => {
    const lines = Array.from({ length: 50 }, (_, index) =>
      JSON.stringify({ path: `ü${index}.jpg`, caption: `c${index}` }),
    )
    const path = file('a.jsonl', `${lines.join('\n')}\n`)
    const all = await gather(readJsonl, { path })
    expect(await gather(readJsonl, { path, after: all[30]!.cursor })).toEqual(all.slice(31))
  })

  it('names the columns it found when they are missing', async () => {
    await expect(gather(readJsonl, { path: file('a.jsonl', '{"a":1,"b":2}\n') })).rejects.toMatchObject({
      code: 'columns-missing',
      message: expect.stringContaining('a, b'),
    })
  })
})

describe('a COCO captions file', () => {
  const coco = {
    images: [
      { id: 7, file_name: 'a.jpg' },
      { id: 8, file_name: 'b.jpg' },
    ],
    annotations: [
      { image_id: 8, caption: 'three' },
      { image_id: 7, caption: 'one' },
      { image_id: 7, caption: 'two' },
    ],
  }

  it('joins annotations to images', async () => {
    const items = await gather(readCoco, { path: file('a.json', JSON.stringify(coco)) })
    expect(brief(items)).toEqual([
      ['a.jpg', ['one', 'two'], 1],
      ['b.jpg', ['three'], 2],
    ])
  })

  it('may be a plain list of objects, as BLIP has it', async () => {
    const items = await gather(readCoco, {
      path: file('a.json', '[{"image":"a.jpg","caption":["x","y"]},{"image":"b.jpg","caption":"z"}]'),
    })
    expect(brief(items)).toEqual([
      ['a.jpg', ['x', 'y'], 1],
      ['b.jpg', ['z'], 2],
    ])
  })

  it('is refused if it is something else', async () => {
    await expect(gather(readCoco, { path: file('a.json', '{"licenses":[]}') })).rejects.toMatchObject({
      code: 'columns-missing',
      message: expect.stringContaining('licenses'),
    })
    await expect(gather(readCoco, { path: file('a.json', '{"images":') })).rejects.toMatchObject({
      code: 'table-invalid',
    })
    await expect(gather(readCoco, { path: file('a.json', '5') })).rejects.toMatchObject({ code: 'columns-missing' })
  })
})

describe('a folder', () => {
  it('gives pictures in order with the lines of their sidecars', async () => {
    const path = scratch()
    writeFiles(path, {
      'b.jpg': 'x',
      'b.txt': '\ufeffone\r\n\r\ntwo\n',
      'a/c.PNG': 'x',
      'a/c.caption': 'three',
      'a.jpg': 'x',
      'notes.txt': 'x',
      'z.webp': 'x',
      'z.txt': '',
    })
    expect(brief(await gather(readFolder, { path }))).toEqual([
      ['a/c.PNG', ['three'], null],
      ['a.jpg', [], null],
      ['b.jpg', ['one', 'two'], null],
      ['z.webp', [''], null],
    ])
  })

  it('goes on after a cursor in the middle of nested folders', async () => {
    const path = scratch()
    writeFiles(path, { 'a/a.jpg': '', 'a/b/c.jpg': '', 'a/b/d.jpg': '', 'a/e.jpg': '', 'a.jpg': '', 'b.jpg': '' })
    const all = await gather(readFolder, { path })
    expect(all).toHaveLength(6)
    for (let index = 0; index < all.length; index++) {
      expect(await gather(readFolder, { path, after: all[index]!.cursor })).toEqual(all.slice(index + 1))
    }
  })

  it('passes over hidden files and folders', async () => {
    const path = scratch()
    writeFiles(path, { 'a.jpg': 'x', '._a.jpg': 'x', '.cache/b.jpg': 'x' })
    expect(brief(await gather(readFolder, { path }))).toEqual([['a.jpg', [], null]])
  })

  it('does not enter folders that are links', async () => {
    const path = scratch()
    mkdirSync(join(path, 'real'))
    symlinkSync(path, join(path, 'real', 'loop'))
    writeFiles(path, { 'a.jpg': 'x' })
    expect(brief(await gather(readFolder, { path }))).toEqual([['a.jpg', [], null]])
  })
})
