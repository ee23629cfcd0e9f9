import { linear, tf } from '../../tensor/index.ts'
import { dense, parameter } from '../layers.ts'
import { gruStep, lstmStep } from '../recurrent.ts'
import { startNames } from './names.ts'
import { markedPlaces, type CnnRnnModel } from './picture.ts'
import type { RecurrentText } from './shape.ts'

export interface Attended {
  /** What the head scores words by: [B, L, W]. */
  states: tf.Tensor
  /** Share of each place in what each step saw: [B, L, N]. */
  shares: tf.Tensor
}

/** Soft attention over the picture's places at each word (Xu et al.): places [B, N, C], words [B, L, W]. */
export function showAttendAndTell(
  model: CnnRnnModel,
  kind: RecurrentText['kind'],
  places: tf.Tensor,
  words: tf.Tensor,
): Attended {
  const marked = markedPlaces(model, places)
  const keys = dense(model, 'attention.places', marked)
  const mean = tf.mean(marked, 1)
  let state = startNames(kind).map((name) => tf.tanh(dense(model, name, mean)))
  const steps = tf.unstack(words, 1).map((word) => {
    const { context, shares } = look(model, { places: marked, keys }, state[0]!)
    const step = kind === 'lstm' ? lstmStep : gruStep
    state = step(model, 'decoder', tf.concat([word, context], -1), state)
    return { output: state[0]!, context, shares }
  })
  const all = (part: 'output' | 'context' | 'shares') =>
    tf.stack(
      steps.map((step) => step[part]),
      1,
    )
  return { states: deepOutput(model, words, all('output'), all('context')), shares: all('shares') }
}

/** eᵢ = v · tanh(W aᵢ + U h), α = softmax(e), z = β Σ αᵢ aᵢ with the gate β = σ(f(h)) (eq. 4 to 6, and 4.2.1). */
function look(model: CnnRnnModel, { places, keys }: { places: tf.Tensor; keys: tf.Tensor }, output: tf.Tensor) {
  const [batch, count, channels] = places.shape as [number, number, number]
  const asked = tf.tanh(tf.add(keys, tf.expandDims(dense(model, 'attention.state', output), 1)))
  const scores = tf.reshape(linear(asked, parameter(model, 'attention.score.weight')), [batch, count])
  const shares = tf.softmax(scores)
  const seen = tf.reshape(tf.matMul(tf.reshape(shares, [batch, 1, count]), places), [batch, channels])
  return { context: tf.mul(tf.sigmoid(dense(model, 'attention.gate', output)), seen), shares }
}

/** E y + L h + M z, before the head (eq. 7). */
const deepOutput = (model: CnnRnnModel, words: tf.Tensor, outputs: tf.Tensor, contexts: tf.Tensor) =>
  tf.addN([words, dense(model, 'deep.state', outputs), dense(model, 'deep.context', contexts)])
