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

/** Captions of the first held-out pictures, written greedily, beside the caption they came with. */
export async function heldOutCaptions(
  model: LoadedModel,
  pairs: HeldOutPair[],
  { count, prompt }: CaptionOptions,
): Promise<ComparedCaption[]> {
  if (count === 0) return []
  const { items, images } = await decodePictures(picturesOf(pairs, count), model.shape.image.size)
  if (!items.length) return []
  const writer = createWriter(model, {
    decoding: { kind: 'greedy' },
    prompt,
    minLength: 5,
    maxLength: 30,
    batch: items.length,
  })
  try {
    const written = await writer.write(
      images,
      items.map(({ sampleId }) => sampleId),
    )
    return items.map(({ sampleId, texts }, index) => ({ sampleId, reference: texts[0]!, caption: written[index]! }))
  } finally {
    writer.dispose()
  }
}
