import { initialise } from '../../../core/model/initialise.ts'
import type { Model } from '../../../core/model/layers.ts'
import { upload, type TrainableParameters } from '../../../core/model/parameters.ts'
import { blipShape, type BlipShape } from '../../../core/model/shape.ts'

/** A model small enough for finite differences. */
export const toyShape: BlipShape = blipShape.parse({
  name: 'toy',
  image: { size: 8, patch: 4, width: 8, depth: 1, heads: 2, inner: 16 },
  text: {
    vocabularySize: 12,
    tokens: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4, dec: 10, enc: 11 },
    width: 8,
    depth: 1,
    heads: 2,
    inner: 16,
    context: 8,
    dropout: 0,
  },
  embed: 4,
})

/** A toy model whose weights are wide enough for every part to matter. */
export function toyModel(seed = 1, scale = 10): Model & { parameters: TrainableParameters } {
  const tensors = initialise(toyShape, seed)
  for (const [name, { data }] of Object.entries(tensors)) {
    if (!/norm/i.test(name) && name !== 'temp') data.forEach((value, i) => (data[i] = value * scale))
  }
  return { shape: toyShape, parameters: upload(tensors) }
}
