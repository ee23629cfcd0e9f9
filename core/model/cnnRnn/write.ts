import { embedding, type tf } from '../../tensor/index.ts'
import { dense, parameter } from '../layers.ts'
import { dropped, type CnnRnnModel } from './picture.ts'
import { showAndTell } from './showTell.ts'
import { showAttendAndTell } from './showAttendTell.ts'
import { transformerDecoder } from './transformer.ts'

export interface Written {
  /** Scores of every next token, [B, L, V]. */
  logits: tf.Tensor
  /** Share of each place in what each step saw, [B, L, N]; only Show, Attend and Tell has one. */
  shares?: tf.Tensor
}

/**
 * Scores what comes after each token, which depends on the picture and the tokens up to it.
 * @param places the picture (see `encodePlaces`)
 * @param ids int32 [B, L], [DEC] first
 */
export function writeTokens(model: CnnRnnModel, places: tf.Tensor, ids: tf.Tensor): Written {
  const words = dropped(model, embedding(parameter(model, 'words.weight'), ids))
  const { states, shares } = decode(model, places, words)
  return { logits: dense(model, 'head', dropped(model, states)), ...(shares && { shares }) }
}

function decode(model: CnnRnnModel, places: tf.Tensor, words: tf.Tensor): { states: tf.Tensor; shares?: tf.Tensor } {
  const { text } = model.shape
  if (text.kind === 'transformer') return { states: transformerDecoder(model, text, places, words) }
  if (text.fusion === 'attention') return showAttendAndTell(model, text.kind, places, words)
  return { states: showAndTell(model, text, places, words) }
}
