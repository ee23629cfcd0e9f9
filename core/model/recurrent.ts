import { linear, tf } from '../tensor/index.ts'
import { parameter, type Weights } from './layers.ts'
import { recurrentSuffix, type RecurrentKind } from './names-layers.ts'

export interface RecurrentOptions {
  /** From the last step to the first. */
  reverse?: boolean
  /** [B, T], 1 at words, 0 at padding: there the state stays as it is, and the output is 0 (PyTorch's packed sequences). */
  mask?: tf.Tensor | undefined
  /** Which of the stacked layers. */
  layer?: number
  /** What the state starts as, [B, H] each (LSTM: output and cell); zeros if left out. */
  start?: tf.Tensor[] | undefined
}

/** nn.LSTM, unrolled (gates in PyTorch's order: input, forget, cell, output): [B, T, in] → the outputs [B, T, H]. */
export function lstm(model: Weights, name: string, x: tf.Tensor, options: RecurrentOptions = {}): tf.Tensor {
  return unroll('lstm', model, name, x, options)
}

/** nn.GRU, unrolled (gates: reset, update, new): [B, T, in] → the outputs [B, T, H]. */
export function gru(model: Weights, name: string, x: tf.Tensor, options: RecurrentOptions = {}): tf.Tensor {
  return unroll('gru', model, name, x, options)
}

/** Both directions side by side: [B, T, in] → [B, T, 2H], forward first. */
export function bidirectional(
  kind: RecurrentKind,
  model: Weights,
  name: string,
  x: tf.Tensor,
  mask?: tf.Tensor,
): tf.Tensor {
  const both = [false, true].map((reverse) => unroll(kind, model, name, x, { mask, reverse }))
  return tf.concat(both, -1)
}

/** The output at each row's last word: [B, T, H] and mask [B, T], words first → [B, H]. A row without words gives 0. */
export function lastOutput(outputs: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const words = tf.cast(mask, 'float32')
  const [batch, steps] = words.shape as [number, number]
  const following = tf.concat([tf.slice(words, [0, 1], [batch, steps - 1]), tf.zeros([batch, 1])], 1)
  const last = tf.expandDims(tf.mul(words, tf.sub(1, following)), -1)
  return tf.sum(tf.mul(outputs, last), 1)
}

/** One step of an LSTM: x [B, in], the state [output, cell] → the next state. */
export function lstmStep(model: Weights, name: string, x: tf.Tensor, state: tf.Tensor[]): tf.Tensor[] {
  return cells.lstm(model, name, '_l0', projectInputs(model, name, '_l0', x), state)
}

/** One step of a GRU: x [B, in], the state [output] → the next state. */
export function gruStep(model: Weights, name: string, x: tf.Tensor, state: tf.Tensor[]): tf.Tensor[] {
  return cells.gru(model, name, '_l0', projectInputs(model, name, '_l0', x), state)
}

function unroll(kind: RecurrentKind, model: Weights, name: string, x: tf.Tensor, options: RecurrentOptions): tf.Tensor {
  const { reverse = false, layer = 0 } = options
  const at = recurrentSuffix(layer, reverse)
  const inputs = tf.unstack(projectInputs(model, name, at, x), 1)
  const masks = options.mask && tf.unstack(tf.expandDims(tf.cast(options.mask, 'float32'), -1), 1)
  let state = options.start ?? emptyState(kind, x.shape[0]!, parameter(model, `${name}.weight_hh${at}`).shape[1]!)
  const outputs: tf.Tensor[] = []
  for (const step of order(inputs.length, reverse)) {
    const next = cells[kind](model, name, at, inputs[step]!, state)
    const mask = masks?.[step]
    state = mask ? next.map((value, i) => hold(mask, value, state[i]!)) : next
    outputs[step] = mask ? tf.mul(mask, state[0]!) : state[0]!
  }
  return tf.stack(outputs, 1)
}

/** The next state at words (1), the old one at padding (0), each without rounding. */
const hold = (mask: tf.Tensor, next: tf.Tensor, old: tf.Tensor) =>
  tf.add(tf.mul(mask, next), tf.mul(tf.sub(1, mask), old))

const order = (steps: number, reverse: boolean) =>
  Array.from({ length: steps }, (_, i) => (reverse ? steps - 1 - i : i))

const emptyState = (kind: RecurrentKind, batch: number, width: number) =>
  Array.from({ length: kind === 'lstm' ? 2 : 1 }, () => tf.zeros([batch, width]))

/** What the inputs of all steps put into the gates, by one product. */
const projectInputs = (model: Weights, name: string, at: string, x: tf.Tensor) =>
  linear(x, parameter(model, `${name}.weight_ih${at}`), parameter(model, `${name}.bias_ih${at}`))

type Cell = (model: Weights, name: string, at: string, input: tf.Tensor, state: tf.Tensor[]) => tf.Tensor[]

const cells: Record<RecurrentKind, Cell> = {
  lstm(model, name, at, input, [output, cell]) {
    const [enter, forget, fresh, leave] = tf.split(tf.add(input, projectState(model, name, at, output!)), 4, -1)
    const kept = tf.mul(tf.sigmoid(forget!), cell!)
    const next = tf.add(kept, tf.mul(tf.sigmoid(enter!), tf.tanh(fresh!)))
    return [tf.mul(tf.sigmoid(leave!), tf.tanh(next)), next]
  },
  gru(model, name, at, input, [output]) {
    const [resetIn, updateIn, freshIn] = tf.split(input, 3, -1)
    const [resetPast, updatePast, freshPast] = tf.split(projectState(model, name, at, output!), 3, -1)
    const reset = tf.sigmoid(tf.add(resetIn!, resetPast!))
    const update = tf.sigmoid(tf.add(updateIn!, updatePast!))
    const fresh = tf.tanh(tf.add(freshIn!, tf.mul(reset, freshPast!)))
    return [tf.add(tf.mul(tf.sub(1, update), fresh), tf.mul(update, output!))]
  },
}

const projectState = (model: Weights, name: string, at: string, output: tf.Tensor) =>
  linear(output, parameter(model, `${name}.weight_hh${at}`), parameter(model, `${name}.bias_hh${at}`))
