import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { picture as pictureOf, thumbnail } from '../../../core/image/thumbnail.ts'
import { openProject } from '../../../core/store/project.ts'
import { importFrom, picture, scratch, temporaryProject, writeFiles } from '../../support/data.ts'

it('makes thumbnails anew when their file was deleted', async () => {
  const folder = scratch()
  writeFiles(folder, { 'a.jpg': await picture({ width: 400, height: 400 }) })
  const first = temporaryProject()
  await importFrom(first, { path: folder })
  const made = await thumbnail(first, 1)
  first.close()
  rmSync(join(first.folder, 'thumbs'), { recursive: true })
  const project = openProject(first.folder)
  expect((await thumbnail(project, 1)).bytes.equals(made.bytes)).toBe(true)
  project.close()
})

it('gives the file of a picture that browsers show, and WebP of one they do not', async () => {
  const folder = scratch()
  writeFiles(folder, {
    'a.png': await picture({ format: 'png' }),
    'b.tiff': await picture({ format: 'tiff' }),
    'c.jpg': 'no picture',
  })
  const project = temporaryProject()
  await importFrom(project, { path: folder })
  expect(await pictureOf(project, 1)).toEqual({ type: 'image/png', path: join(folder, 'a.png') })
  expect(await pictureOf(project, 2)).toMatchObject({ type: 'image/webp', bytes: expect.any(Buffer) })
  await expect(pictureOf(project, 3)).rejects.toMatchObject({ code: 'picture-format' })
  await expect(thumbnail(project, 3)).rejects.toMatchObject({ code: 'picture-format' })
  await expect(thumbnail(project, 9)).rejects.toMatchObject({ code: 'not-found' })
})
