import type { Initial } from './family.ts'

/** A parameter's name and shape. */
export type Named = [name: string, dims: number[]]

/** The parameters of the shared layers, named and laid out as PyTorch does. Free of tensors. */
export const denseNames = (name: string, out: number, into: number): Named[] => [
  [`${name}.weight`, [out, into]],
  [`${name}.bias`, [out]],
]

export const normNames = (name: string, width: number): Named[] => [
  [`${name}.weight`, [width]],
  [`${name}.bias`, [width]],
]

/** nn.Conv2d with a square kernel. */
export const convolutionNames = (name: string, out: number, into: number, side: number, bias = true): Named[] => [
  [`${name}.weight`, [out, into, side, side]],
  ...(bias ? ([[`${name}.bias`, [out]]] satisfies Named[]) : []),
]

/** nn.ConvTranspose2d with a square kernel: its weight has the inputs first. */
export const transposedConvolutionNames = (
  name: string,
  out: number,
  into: number,
  side: number,
  bias = true,
): Named[] => [
  [`${name}.weight`, [into, out, side, side]],
  ...(bias ? ([[`${name}.bias`, [out]]] satisfies Named[]) : []),
]

export type RecurrentKind = 'lstm' | 'gru'

/** One layer of nn.LSTM or nn.GRU in one direction. */
export function recurrentNames(
  kind: RecurrentKind,
  name: string,
  width: number,
  into: number,
  { layer = 0, reverse = false } = {},
): Named[] {
  const gates = (kind === 'lstm' ? 4 : 3) * width
  const at = recurrentSuffix(layer, reverse)
  return [
    [`${name}.weight_ih${at}`, [gates, into]],
    [`${name}.weight_hh${at}`, [gates, width]],
    [`${name}.bias_ih${at}`, [gates]],
    [`${name}.bias_hh${at}`, [gates]],
  ]
}

/** One layer of nn.LSTM or nn.GRU in both directions; `width` is that of one. */
export const bidirectionalNames = (kind: RecurrentKind, name: string, width: number, into: number): Named[] => [
  ...recurrentNames(kind, name, width, into),
  ...recurrentNames(kind, name, width, into, { reverse: true }),
]

/** How PyTorch ends the names of a layer's parameters. */
export const recurrentSuffix = (layer: number, reverse: boolean) => `_l${layer}${reverse ? '_reverse' : ''}`

/** How many inputs an output is made of: of a matrix [out, in] or a kernel [out, in, h, w]. */
const inputs = (dims: number[]) => dims.slice(1).reduce((product, size) => product * size, 1)

/** PyTorch's own start of nn.Linear and nn.Conv2d weights: Kaiming's for a leaky slope of √5. */
export const uniformInitial = (dims: number[]): Initial => ({ uniform: 1 / Math.sqrt(inputs(dims)) })

/** He et al. 2015 for layers that a ReLU follows. */
export const kaimingInitial = (dims: number[]): Initial => ({ normal: Math.sqrt(2 / inputs(dims)) })

/** Glorot & Bengio 2010, uniform: a matrix [out, in]. */
export const xavierInitial = ([out, into]: number[]): Initial => ({ uniform: Math.sqrt(6 / (out! + into!)) })

/** PyTorch's start of every parameter of nn.LSTM and nn.GRU, the biases too. */
export const recurrentInitial = (width: number): Initial => ({ uniform: 1 / Math.sqrt(width) })
