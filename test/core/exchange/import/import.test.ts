import { symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { deflateSync, crc32 } from 'node:zlib'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { detail, history, openView, page } from '../../../../core/curate/index.ts'
import { importPairs } from '../../../../core/exchange/index.ts'
import { setSampleFault } from '../../../../core/store/samples.ts'
import { listItemFaults } from '../../../../core/store/events.ts'
import { summarize, type Project } from '../../../../core/store/project.ts'
import { thumbnail } from '../../../../core/image/thumbnail.ts'
import { addJob, importFrom, picture, queryFor, scratch, temporaryProject, writeFiles } from '../../../support/data.ts'

const faultsOf = (project: Project, job: string) =>
  listItemFaults(project, job).faults.map(({ subject, fault }) => [subject, fault.code])

function pairsOf(project: Project): [string, string, string | null][] {
  const { view, count } = openView(project, queryFor(''))
  return page(project, { view, from: 0, to: count }).map(({ path, text, fault }) => [
    path.split('/').at(-1)!,
    text,
    fault?.code ?? null,
  ])
}

/** A small PNG file whose header claims this size. */
function claimedPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, check])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

describe('an import', () => {
  it('stores pictures with size, hash, captions and a thumbnail', async () => {
    const folder = scratch()
    writeFiles(folder, { 'a.jpg': await picture({ width: 640, height: 480 }), 'a.txt': 'one\ntwo' })
    const project = temporaryProject()
    const { result } = await importFrom(project, { path: folder })
    expect(result).toEqual({ pictures: 1, captions: 2, skipped: 0, changedPictures: 0, unreadable: 0, faults: 0 })
    expect(detail(project, 1)).toMatchObject({
      path: join(folder, 'a.jpg'),
      width: 640,
      height: 480,
      format: 'jpeg',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect((await thumbnail(project, 1)).bytes.subarray(8, 12).toString()).toBe('WEBP')
    expect(summarize(project)).toMatchObject({ pictures: 1, captions: 2, unreadable: 0 })
  })

  it('keeps every bad picture with its fault, refuses what is no picture, and stops at nothing', async () => {
    const folder = scratch()
    const good = await picture({ width: 300, height: 200, shade: 1 })
    writeFiles(folder, {
      'cut.jpg': (await picture({ width: 600, height: 400, shade: 2 })).subarray(0, 700),
      'cut.png': (await picture({ width: 600, height: 400, format: 'png' })).subarray(0, 300),
      'empty.jpg': '',
      'good.jpg': good,
      'huge.png': claimedPng(30_000, 30_000),
      'noise.webp': Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 37) % 256)),
      'svg.jpg': '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>',
      'wrong.png': good,
    })
    const project = temporaryProject()
    const { job, result } = await importFrom(project, { path: folder })
    expect(pairsOf(project).map(([name, , fault]) => [name, fault])).toEqual([
      ['cut.jpg', 'picture-damaged'],
      ['cut.png', 'picture-damaged'],
      ['empty.jpg', 'picture-damaged'],
      ['good.jpg', null],
      ['huge.png', 'picture-too-large'],
      ['noise.webp', 'picture-format'],
      ['svg.jpg', 'picture-format'],
      ['wrong.png', null],
    ])
    expect(result).toMatchObject({ pictures: 8, unreadable: 6, faults: 6 })
    expect(listItemFaults(project, job).faults.find(({ subject }) => subject === 'huge.png')?.fault.message).toContain(
      '900 megapixels',
    )
    expect(detail(project, 8)).toMatchObject({ format: 'jpeg', duplicateOf: 4 })
  })

  it('quarantines captions that are empty or not text, but keeps the picture as missing', async () => {
    const folder = scratch()
    for (const [index, name] of ['binary', 'control', 'empty', 'latin1', 'long'].entries())
      writeFiles(folder, { [`${name}.jpg`]: await picture({ shade: index }) })
    writeFiles(folder, {
      'binary.txt': Buffer.from([65, 0, 66]),
      'control.txt': 'a\u0007b',
      'empty.txt': ' \n',
      'latin1.txt': Buffer.from('déjà', 'latin1'),
      'long.txt': 'x'.repeat(10_001),
    })
    const project = temporaryProject()
    const { job, result } = await importFrom(project, { path: folder })
    expect(faultsOf(project, job)).toEqual([
      ['binary.jpg', 'caption-binary'],
      ['control.jpg', 'caption-binary'],
      ['empty.jpg', 'caption-empty'],
      ['latin1.jpg', 'caption-binary'],
      ['long.jpg', 'caption-too-long'],
    ])
    expect(pairsOf(project).map(([, text]) => text)).toEqual(['', '', '', '', ''])
    expect(result).toMatchObject({ pictures: 5, captions: 0, faults: 5 })
  })

  it('refuses paths that lead out of the root, by dots, absolutely, or by a link', async () => {
    const outer = scratch()
    const folder = join(outer, 'root')
    writeFiles(outer, { 'secret.jpg': await picture(), 'root/in.jpg': await picture({ shade: 9 }) })
    symlinkSync(join(outer, 'secret.jpg'), join(folder, 'link.jpg'))
    symlinkSync(join(folder, 'in.jpg'), join(folder, 'inner.jpg'))
    const rows = [
      '../secret.jpg',
      join(outer, 'secret.jpg'),
      'link.jpg',
      'in.jpg',
      'inner.jpg',
      './sub/../in.jpg',
      'nowhere.jpg',
      '.',
      'a\0b.jpg',
    ]
    writeFiles(folder, {
      'pairs.jsonl': rows.map((path) => JSON.stringify({ path, caption: `from ${path}` })).join('\n'),
    })
    const project = temporaryProject()
    const { job } = await importFrom(project, { path: join(folder, 'pairs.jsonl') })
    expect(faultsOf(project, job).map(([, code]) => code)).toEqual([
      'outside-root',
      'outside-root',
      'outside-root',
      'not-found',
      'outside-root',
      'outside-root',
    ])
    expect(faultsOf(project, job)[0]![0]).toBe('pairs.jsonl:1 ../secret.jpg')
    expect(pairsOf(project).map(([name]) => name)).toEqual(['in.jpg', 'in.jpg', 'inner.jpg'])
    const { job: byFolder } = await importFrom(project, { path: folder })
    expect(faultsOf(project, byFolder)).toEqual([['link.jpg', 'outside-root']])
  })

  it('knows from the start how many items there are, and reaches that number', async () => {
    const folder = scratch()
    const project = temporaryProject()
    writeFiles(folder, {
      'a.jpg': await picture(),
      'a.csv': 'path,caption\na.jpg,"one\ntwo"\nb.jpg,x\n',
      'a.jsonl': '{"path":"a.jpg","caption":"x"}\n\nbroken\n',
      'a.json': '[{"path":"a.jpg","caption":"x"}]',
    })
    for (const [name, total] of [
      ['a.csv', 2],
      ['a.jsonl', 2],
      ['a.json', 1],
      ['', 1],
    ] as const) {
      const seen: [number, number | null][] = []
      await importFrom(project, { path: join(folder, name) }, { onProgress: (now) => seen.push([now.done, now.total]) })
      expect(seen[0]).toEqual([0, total])
      expect(seen.at(-1)).toEqual([total, total])
    }
  })

  it('stores nothing of a table that turns out to be unreadable', async () => {
    const folder = scratch()
    const rows = Array.from({ length: 100 }, () => 'a.jpg,hello').join('\n')
    writeFiles(folder, { 'a.jpg': await picture(), 'a.csv': `path,caption\n${rows}\na.jpg,"${'x'.repeat(1_100_000)}` })
    const project = temporaryProject()
    await expect(importFrom(project, { path: join(folder, 'a.csv') })).rejects.toMatchObject({ code: 'table-invalid' })
    expect(summarize(project).pictures).toBe(0)
  })

  it('starts relative paths at the root that was given', async () => {
    const folder = scratch()
    writeFiles(folder, { 'images/a.jpg': await picture(), 'lists/a.csv': 'path,caption\na.jpg,hello\n' })
    const project = temporaryProject()
    const { result } = await importFrom(project, { path: join(folder, 'lists/a.csv'), root: join(folder, 'images') })
    expect(result).toMatchObject({ pictures: 1, faults: 0 })
  })

  it('appends without doing anything twice, and takes in changed files and new captions', async () => {
    const folder = scratch()
    writeFiles(folder, { 'a.jpg': await picture({ shade: 1 }), 'a.txt': 'one', 'b.jpg': await picture({ shade: 2 }) })
    const project = temporaryProject()
    await importFrom(project, { path: folder })
    const again = await importFrom(project, { path: folder })
    expect(again.result).toEqual({ pictures: 0, captions: 0, skipped: 2, changedPictures: 0, unreadable: 0, faults: 0 })
    writeFiles(folder, {
      'a.txt': 'one\ntwo',
      'b.jpg': await picture({ shade: 3, width: 90 }),
      'b.txt': 'three',
      'c.jpg': await picture({ shade: 4 }),
    })
    expect((await importFrom(project, { path: folder })).result).toMatchObject({
      pictures: 1,
      captions: 2,
      changedPictures: 1,
      skipped: 0,
    })
    expect(pairsOf(project).map(([name, text]) => [name, text])).toEqual([
      ['a.jpg', 'one'],
      ['a.jpg', 'two'],
      ['b.jpg', 'three'],
      ['c.jpg', ''],
    ])
    expect(detail(project, 2).width).toBe(90)
    utimesSync(join(folder, 'c.jpg'), 1, 1)
    expect((await importFrom(project, { path: folder })).result).toMatchObject({ changedPictures: 0, skipped: 3 })
  })

  it('looks again at a picture that was unreadable, though its file did not change', async () => {
    const folder = scratch()
    writeFiles(folder, { 'a.jpg': await picture(), 'b.jpg': 'no picture' })
    const project = temporaryProject()
    await importFrom(project, { path: folder })
    setSampleFault(project.db, 1, { code: 'not-found', message: 'gone for a while' })
    const { result } = await importFrom(project, { path: folder })
    expect(result).toMatchObject({ pictures: 0, unreadable: 1, faults: 1 })
    expect([1, 2].map((id) => detail(project, id).fault?.code)).toEqual([undefined, 'picture-format'])
  })

  it('gathers captions of one picture from many rows', async () => {
    const folder = scratch()
    writeFiles(folder, { 'a.jpg': await picture(), 'a.csv': 'path,caption\na.jpg,one\na.jpg,two\na.jpg,one\n' })
    const project = temporaryProject()
    const { result } = await importFrom(project, { path: join(folder, 'a.csv'), source: 'human' })
    expect(result).toMatchObject({ pictures: 1, captions: 2, faults: 0 })
    expect(detail(project, 1).captions.map(({ source }) => source)).toEqual(['human', 'human'])
  })

  it('links exact copies to the first, and unlinks one that changes', async () => {
    const folder = scratch()
    const same = await picture({ shade: 5 })
    writeFiles(folder, { 'a.jpg': same, 'b.jpg': same, 'c/d.jpg': same })
    const project = temporaryProject()
    await importFrom(project, { path: folder })
    expect([1, 2, 3].map((id) => detail(project, id).duplicateOf)).toEqual([null, 1, 1])
    writeFiles(folder, { 'b.jpg': await picture({ shade: 6, width: 99 }) })
    await importFrom(project, { path: folder })
    expect([1, 2, 3].map((id) => detail(project, id).duplicateOf)).toEqual([null, null, 1])
  })

  it('goes on where it was cancelled and ends as an unbroken one does', async () => {
    const folder = scratch()
    const files: Record<string, string | Uint8Array> = {}
    for (let index = 0; index < 150; index++)
      files[`${String(index).padStart(3, '0')}.png`] = await picture({
        width: 8,
        height: 8,
        format: 'png',
        shade: index,
      })
    files['pairs.jsonl'] = Array.from({ length: 150 }, (_, index) =>
      JSON.stringify({ path: `${String(index).padStart(3, '0')}.png`, caption: `c ${index}` }),
    ).join('\n')
    writeFiles(folder, files)
    const project = temporaryProject()
    const spec = {
      kind: 'import' as const,
      format: 'auto' as const,
      source: 'web' as const,
      path: join(folder, 'pairs.jsonl'),
    }
    const job = addJob(project, spec)
    const controller = new AbortController()
    const seen: number[] = []
    const onProgress = ({ done }: { done: number }) => {
      seen.push(done)
      if (done >= 64) controller.abort()
    }
    await expect(importPairs(project, spec, { job, signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(summarize(project).pictures).toBe(64)
    expect(await importPairs(project, spec, { job, onProgress: ({ done }) => seen.push(done) })).toMatchObject({
      pictures: 150,
      captions: 150,
      skipped: 0,
    })
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(await importPairs(project, spec, { job })).toMatchObject({ pictures: 150 })
    expect(history(project)).toMatchObject([{ kind: 'import', count: 150 }])
  })

  it.each([
    ['nowhere', 'not-found'],
    ['a.xyz', 'format-unknown'],
  ])('says what is wrong with the source %s', async (name, code) => {
    const folder = scratch()
    writeFileSync(join(folder, 'a.xyz'), 'x')
    await expect(importFrom(temporaryProject(), { path: join(folder, name) })).rejects.toMatchObject({ code })
    await expect(importFrom(temporaryProject(), { path: folder, format: 'csv' })).rejects.toMatchObject({
      code: 'format-unknown',
    })
  })

  it('fails clearly when the disk is full, and loses nothing stored before', async () => {
    const folder = scratch()
    writeFiles(folder, { 'a.jpg': await picture({ shade: 1 }), 'a.txt': 'one' })
    const project = temporaryProject()
    await importFrom(project, { path: folder })
    const lines = Array.from({ length: 3000 }, (_, index) =>
      JSON.stringify({ path: 'a.jpg', caption: `${index} ${'word '.repeat(100)}` }),
    )
    writeFiles(folder, { 'many.jsonl': lines.join('\n') })
    project.db.pragma(`max_page_count = ${(project.db.pragma('page_count', { simple: true }) as number) + 20}`)
    await expect(importFrom(project, { path: join(folder, 'many.jsonl') })).rejects.toMatchObject({ code: 'disk-full' })
    expect(pairsOf(project)[0]).toEqual(['a.jpg', 'one', null])
    expect(project.db.pragma('integrity_check', { simple: true })).toBe('ok')
  })
})
