import { tf } from '../../tensor/index.ts'
import { gru, gruStep, lstm, lstmStep } from '../recurrent.ts'
import { atEachStep, pooledPicture, type CnnRnnModel } from './picture.ts'
import type { RecurrentText } from './shape.ts'

/** The outputs of an LSTM or a GRU that has seen the picture: places [B, N, C], words [B, L, W] → [B, L, W]. */
export function showAndTell(model: CnnRnnModel, { kind, fusion }: RecurrentText, places: tf.Tensor, words: tf.Tensor) {
  const picture = pooledPicture(model, places)
  const run = kind === 'lstm' ? lstm : gru
  if (fusion === 'concat') {
    const beside = atEachStep(picture, words.shape[1]!)
    return run(model, 'decoder', tf.concat([words, beside], -1))
  }
  return run(model, 'decoder', words, { start: seen(model, kind, picture) })
}

/** The state after the picture as the first input (Vinyals et al., eq. 10: x₋₁ = CNN(I)). */
function seen(model: CnnRnnModel, kind: RecurrentText['kind'], picture: tf.Tensor): tf.Tensor[] {
  const nothing = tf.zeros(picture.shape)
  return kind === 'lstm'
    ? lstmStep(model, 'decoder', picture, [nothing, nothing])
    : gruStep(model, 'decoder', picture, [nothing])
}
