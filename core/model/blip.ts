import type { tf } from '../tensor/index.ts'
import { dense, firstToken, type Model } from './layers.ts'
import { encodeFirstToken, encodeText, rememberPicture, scoreTokens, type Memory } from './text.ts'
import { unit } from './unit.ts'

/**
 * BLIP's mixture of encoder and decoder, as pure functions of a model and its inputs.
 * Source: Li et al. 2022 (arXiv 2201.12086) and the checkpoints' own layout.
 */
export { encodeImages } from './vision.ts'

/** Unit image features for the contrastive loss: image tokens [B, N, W] → [B, embed]. */
export function imageFeature(model: Model, image: tf.Tensor): tf.Tensor {
  return unit(dense(model, 'vision_proj', firstToken(image)))
}

/** Unit text features: int32 [B, L], [CLS] first → [B, embed]. */
export function textFeature(model: Model, ids: tf.Tensor): tf.Tensor {
  return unit(dense(model, 'text_proj', encodeFirstToken(model, ids, 'text')))
}

/** Scores of no match and match: B pictures, as `rememberPicture` gives them, and int32 [B, L], [ENC] first → [B, 2]. */
export function matchLogits(model: Model, picture: Memory[], ids: tf.Tensor): tf.Tensor {
  return dense(model, 'itm_head', encodeFirstToken(model, ids, 'matcher', picture))
}

/** Scores of every next token: image tokens [B, N, W] and int32 [B, L], [DEC] first → [B, L, V]. */
export function captionLogits(model: Model, image: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  return scoreTokens(model, encodeText(model, ids, 'decoder', rememberPicture(model, image)))
}
