import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportPublished, importPublished } from '../../../core/checkpoint/published.ts'
import { completeParameters } from '../../../core/model/index.ts'
import { goldenFolder } from '../model/golden.ts'
import { temporaryFolder } from './support.ts'

const published = { retrieval: 'blip', captioning: 'blip', clip: 'clip', blip2: 'qformer' }

test.each(Object.entries(published))(
  'the published folder "%s" is read as %s and written again',
  async (name, family) => {
    const { shape, vocabulary, tensors } = await importPublished(join(goldenFolder, name))
    expect(shape.family).toBe(family)
    const folder = temporaryFolder()
    const complete = { shape, vocabulary, tensors: completeParameters(shape, tensors, 1) }
    const files = await exportPublished(folder, complete, name === 'captioning' ? 'captioning' : 'retrieval')
    expect(files.every((file) => existsSync(join(folder, file)))).toBe(true)
    const again = await importPublished(folder)
    expect(again.shape).toEqual(shape)
    expect(again.tensors).toEqual(tensors)
  },
)

test('a family that transformers does not know is refused by name', async () => {
  const { shape, ...rest } = await importPublished(join(goldenFolder, 'clip'))
  const other = { ...rest, shape: { ...shape, family: 'gan' } }
  await expect(exportPublished(temporaryFolder(), other, 'retrieval')).rejects.toMatchObject({
    code: 'family-unsuitable',
    message: expect.stringContaining('"gan"'),
  })
})
