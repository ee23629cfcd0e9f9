import { createWriter, decodePictures, type LoadedModel } from '../score/index.ts'
import { picturesOf, type HeldOutPair } from './heldOut.ts'

export interface ComparedCaption {
  sampleId: number
  reference: string
  caption: string
}

export interface CaptionOptions {
  /** Pictures at most. */
  count: number
  prompt: string
}

/** The first held-out pictures beside the caption they came with and the one that `write` gives each. */
export async function compareCaptions(
  pairs: HeldOutPair[],
  { count, size }: { count: number; size: number },
  write: (images: Uint8Array, sampleIds: number[]) => Promise<string[]>,
): Promise<ComparedCaption[]> {
  if (count === 0) return []
  const { items, images } = await decodePictures(picturesOf(pairs, count), size)
  if (!items.length) return []
  const written = await write(
    images,
    items.map(({ sampleId }) => sampleId),
  )
  return items.map(({ sampleId, texts }, index) => ({ sampleId, reference: texts[0]!, caption: written[index]! }))
}

/** Captions of the first held-out pictures, written greedily, beside the caption they came with. */
export async function heldOutCaptions(
  model: LoadedModel,
  pairs: HeldOutPair[],
  { count, prompt }: CaptionOptions,
): Promise<ComparedCaption[]> {
  return compareCaptions(pairs, { count, size: model.shape.image.size }, async (images, sampleIds) => {
    const options = { prompt, minLength: 5, maxLength: 30, batch: sampleIds.length }
    const writer = createWriter(model, { decoding: { kind: 'greedy' }, ...options })
    try {
      return await writer.write(images, sampleIds)
    } finally {
      writer.dispose()
    }
  })
}
