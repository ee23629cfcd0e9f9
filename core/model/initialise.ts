import { parameterShapes } from './names.ts'
import { seeded, seedFor, truncatedNormal } from './random.ts'
import type { HostTensor, HostTensors } from './parameters.ts'
import type { Shape } from './shape.ts'

/** Spread of fresh weights, as in ViT and BERT. */
const deviation = 0.02
/** Starting temperature of the contrastive loss, as in BLIP. */
const temperature = 0.07

/** Fresh parameters on the host; the same shape and seed give the same bytes on every machine. */
export function initialise(shape: Shape, seed: number): HostTensors {
  const tensors: HostTensors = {}
  for (const [name, dims] of parameterShapes(shape)) tensors[name] = fresh(name, dims, seed)
  return tensors
}

/**
 * Fills what an imported model lacks: one half's self-attention starts as the other half's, as both start from the
 * same BERT in BLIP; heads start fresh. @returns a new record; `tensors` is left as it is
 */
export function completeParameters(shape: Shape, tensors: HostTensors, seed: number): HostTensors {
  const complete: HostTensors = {}
  for (const [name, dims] of parameterShapes(shape)) {
    complete[name] = tensors[name] ?? tensors[otherHalf(name)] ?? fresh(name, dims, seed)
  }
  return complete
}

function otherHalf(name: string): string {
  const [encoder, decoder] = ['text_encoder.encoder', 'text_decoder.bert.encoder']
  return name.startsWith(encoder) ? name.replace(encoder, decoder) : name.replace(decoder, encoder)
}

/** A fresh parameter: norms 1, biases 0, the rest truncated normal of deviation 0.02. */
function fresh(name: string, shape: number[], seed: number): HostTensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
  if (name === 'temp') data.fill(temperature)
  else if (/(LayerNorm|layer_norm\d|post_layernorm)\.weight$/.test(name)) data.fill(1)
  else if (!name.endsWith('.bias')) fillNormal(data, seedFor(seed, name))
  return { shape, data }
}

function fillNormal(data: Float32Array, seed: number): void {
  const random = seeded(seed)
  for (let i = 0; i < data.length; i++) data[i] = truncatedNormal(random, deviation)
}
