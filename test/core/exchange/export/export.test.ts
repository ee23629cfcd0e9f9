import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SpecOf } from '../../../../core/contract/index.ts'
import { decide, openView, page } from '../../../../core/curate/index.ts'
import { exportDataset, previewExport } from '../../../../core/exchange/index.ts'
import type { Project } from '../../../../core/store/project.ts'
import { importFrom, picture, queryFor, scratch, temporaryProject, writeFiles } from '../../../support/data.ts'

type Format = SpecOf<'export-dataset'>['format']
const formats: Format[] = ['sidecar', 'jsonl', 'csv', 'coco']
const listOf: Record<Format, string> = {
  sidecar: '',
  jsonl: 'captions.jsonl',
  csv: 'captions.csv',
  coco: 'captions.json',
}

const captions = [['one', 'with "quotes", commas'], ["= 1+1; 'x'"], ['日本の犬']]

async function project(): Promise<{ project: Project; folder: string }> {
  const folder = scratch()
  const names = ['a.jpg', 'deep/a.jpg', 'deep/ü b.jpg']
  for (const [index, name] of names.entries()) {
    writeFiles(folder, {
      [`in/${name}`]: await picture({ shade: index * 60 }),
      [`in/${name.replace('.jpg', '.txt')}`]: captions[index]!.join('\n'),
    })
  }
  writeFiles(folder, { 'in/none.jpg': await picture({ shade: 250 }), 'in/bad.jpg': 'no picture', 'in/bad.txt': 'x' })
  const opened = temporaryProject(join(folder, 'project'))
  await importFrom(opened, { path: join(folder, 'in') })
  return { project: opened, folder }
}

const spec = (
  folder: string,
  format: Format,
  change: Partial<SpecOf<'export-dataset'>> = {},
): SpecOf<'export-dataset'> => ({
  kind: 'export-dataset',
  query: queryFor(''),
  format,
  folder,
  copyPictures: true,
  ...change,
})

function textsByHash(opened: Project): Map<string, string[]> {
  const { view, count } = openView(opened, queryFor('-is:missing -is:unreadable'))
  const found = new Map<string, string[]>()
  for (const { version, text } of page(opened, { view, from: 0, to: count }))
    found.set(version, [...(found.get(version) ?? []), text])
  return found
}

describe('an export', () => {
  it.each(formats)('as %s holds the same pictures and captions when imported again', async (format) => {
    const { project: opened, folder } = await project()
    const out = join(folder, 'out')
    const preview = await previewExport(opened, spec(out, format))
    expect(preview).toMatchObject({ pairs: 4, pictures: 3, problems: [] })
    expect(await exportDataset(opened, spec(out, format))).toEqual({
      folder: out,
      pairs: 4,
      pictures: 3,
      bytes: preview.bytes,
    })
    const again = temporaryProject()
    const { result } = await importFrom(again, { path: join(out, listOf[format]) })
    expect(result).toMatchObject({ pictures: 3, captions: 4, faults: 0 })
    expect(textsByHash(again)).toEqual(textsByHash(opened))
    expect(readdirSync(folder).sort()).toEqual(['in', 'out', 'project'])
  })

  it.each(['jsonl', 'csv', 'coco'] as const)('as %s can refer to pictures where they are', async (format) => {
    const { project: opened, folder } = await project()
    const out = join(folder, 'out')
    await exportDataset(opened, spec(out, format, { copyPictures: false }))
    expect(readdirSync(out)).toEqual([listOf[format]])
    const again = temporaryProject()
    const { result } = await importFrom(again, { path: join(out, listOf[format]), root: folder })
    expect(result).toMatchObject({ pictures: 3, captions: 4, faults: 0 })
  })

  it('leaves out what was rejected, unless the query asks for it', async () => {
    const { project: opened, folder } = await project()
    decide(opened, { target: { kind: 'view', view: openView(opened, queryFor('one')).view }, decision: 'rejected' })
    expect(await previewExport(opened, spec(join(folder, 'out'), 'csv'))).toMatchObject({ pairs: 3 })
    expect(
      await exportDataset(opened, spec(join(folder, 'out'), 'csv', { query: queryFor('is:rejected') })),
    ).toMatchObject({ pairs: 1, pictures: 1 })
    expect(readFileSync(join(folder, 'out/captions.csv'), 'utf8')).toBe('path,caption\nimages/a.jpg,one\n')
  })

  it('overwrites nothing, but takes an empty folder', async () => {
    const { project: opened, folder } = await project()
    const out = join(folder, 'out')
    mkdirSync(out)
    await exportDataset(opened, spec(out, 'jsonl'))
    await expect(exportDataset(opened, spec(out, 'jsonl'))).rejects.toMatchObject({ code: 'folder-not-empty' })
    expect((await previewExport(opened, spec(out, 'jsonl'))).problems).toMatchObject([{ code: 'folder-not-empty' }])
    writeFileSync(join(folder, 'file'), 'x')
    await expect(exportDataset(opened, spec(join(folder, 'file'), 'jsonl'))).rejects.toMatchObject({
      code: 'folder-not-empty',
    })
  })

  it('says so when there is nothing to export', async () => {
    const { project: opened, folder } = await project()
    const nothing = spec(join(folder, 'out'), 'jsonl', { query: queryFor('nowhere') })
    await expect(exportDataset(opened, nothing)).rejects.toMatchObject({ code: 'nothing-to-export' })
    expect((await previewExport(opened, nothing)).problems).toMatchObject([{ code: 'nothing-to-export' }])
  })

  it('leaves nothing behind when it is cancelled or a picture is gone', async () => {
    const { project: opened, folder } = await project()
    const controller = new AbortController()
    const cancelled = exportDataset(opened, spec(join(folder, 'out'), 'sidecar'), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    rmSync(join(folder, 'in/a.jpg'))
    await expect(exportDataset(opened, spec(join(folder, 'out'), 'sidecar'))).rejects.toMatchObject({
      code: 'picture-missing',
      subject: join(folder, 'in/a.jpg'),
    })
    expect(existsSync(join(folder, 'out'))).toBe(false)
    expect(readdirSync(folder).sort()).toEqual(['in', 'project'])
  })
})
