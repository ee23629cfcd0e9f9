import { beforeAll, expect, test } from 'vitest'
import type { Decoding } from '../../../core/contract/job.ts'
import { createWriter, decodePictures, openModel, type LoadedModel } from '../../../core/score/index.ts'
import { toyCheckpoint, toyPictures } from './toy.ts'

let model: LoadedModel
let images: Uint8Array
beforeAll(async () => {
  model = await openModel(await toyCheckpoint())
  images = (await decodePictures(await toyPictures(4), 8)).images
})

async function write(decoding: Decoding, sampleIds: number[], { pixels = images, prompt = '', batch = 4 } = {}) {
  const writer = createWriter(model, { decoding, prompt, minLength: 4, maxLength: 8, batch })
  const texts = await writer.write(pixels, sampleIds)
  writer.dispose()
  return texts
}

const nucleus: Decoding = { kind: 'nucleus', topP: 0.99, seed: 7 }

test('nucleus sampling gives a picture the same caption alone or among others', async () => {
  const together = await write(nucleus, [11, 12, 13, 14])
  const alone = await write(nucleus, [13], { pixels: images.subarray(2 * 192, 3 * 192), batch: 2 })
  expect(alone[0]).toBe(together[2])
  expect(await write({ ...nucleus, seed: 8 }, [11, 12, 13, 14])).not.toEqual(together)
})

test('greedy and beam captions do not depend on the ids', async () => {
  for (const decoding of [{ kind: 'greedy' }, { kind: 'beam', beams: 2 }] as Decoding[]) {
    expect(await write(decoding, [1, 2, 3, 4])).toEqual(await write(decoding, [5, 6, 7, 8]))
  }
})

test('captions begin with the prompt', async () => {
  for (const text of await write({ kind: 'greedy' }, [1, 2, 3, 4], { prompt: 'a blue' }))
    expect(text).toMatch(/^a blue/)
})
