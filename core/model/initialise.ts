import { familyOf, parameterShapes } from './families.ts'
import type { Initial } from './family.ts'
import { fillTruncatedNormal, seeded, seedFor } from './random.ts'
import type { HostTensor, HostTensors } from './parameters.ts'
import type { Shape } from './shape.ts'

/** Spread of fresh weights, as in ViT and BERT. */
const deviation = 0.02

/** Fresh parameters on the host; the same shape and seed give the same bytes on every machine. */
export function initialise(shape: Shape, seed: number): HostTensors {
  const tensors: HostTensors = {}
  for (const [name, dims] of parameterShapes(shape)) tensors[name] = fresh(shape, name, dims, seed)
  return tensors
}

/**
 * Fills what an imported model lacks: one half's self-attention starts as the other half's, as both start from the
 * same BERT in BLIP; heads start fresh. @returns a new record; `tensors` is left as it is
 */
export function completeParameters(shape: Shape, tensors: HostTensors, seed: number): HostTensors {
  const complete: HostTensors = {}
  for (const [name, dims] of parameterShapes(shape)) {
    complete[name] = tensors[name] ?? tensors[otherHalf(name)] ?? fresh(shape, name, dims, seed)
  }
  return complete
}

function otherHalf(name: string): string {
  const [encoder, decoder] = ['text_encoder.encoder', 'text_decoder.bert.encoder']
  return name.startsWith(encoder) ? name.replace(encoder, decoder) : name.replace(decoder, encoder)
}

/** A fresh parameter, by its family's rule or the common one: norms 1, biases 0, the rest truncated normal of deviation 0.02. */
function fresh(shape: Shape, name: string, dims: number[], seed: number): HostTensor {
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1))
  const initial = familyOf(shape).initial?.(name, dims, shape) ?? commonInitial(name)
  if ('fill' in initial) data.fill(initial.fill)
  else if ('uniform' in initial) fillUniform(data, initial.uniform, seedFor(seed, name))
  else fillTruncatedNormal(data, initial.normal, seedFor(seed, name))
  return { shape: dims, data }
}

function commonInitial(name: string): Initial {
  if (/(LayerNorm|layer_norm\d|layernorm|norm\d?)\.weight$/.test(name)) return { fill: 1 }
  return name.endsWith('.bias') ? { fill: 0 } : { normal: deviation }
}

function fillUniform(data: Float32Array, bound: number, seed: number): void {
  const random = seeded(seed)
  for (let i = 0; i < data.length; i++) data[i] = (2 * random() - 1) * bound
}
