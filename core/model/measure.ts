import type { tf } from '../tensor/index.ts'
import type { Model } from './layers.ts'
import type { Shape } from './shape.ts'

/** What a family can be measured by on held-out pairs: functions of a model without dropout. */
export interface Measures<S extends Shape = Shape> {
  match?: Match<S>
  write?: Write<S>
}

/** Says how well pictures and texts go together. */
export interface Match<S extends Shape = Shape> {
  /** uint8 [B, S, S, 3] → what is kept of the pictures, each [B, ...]. */
  image(model: Model<S>, images: tf.Tensor): tf.Tensor[]
  /** int32 [T, L], [CLS] first → what is kept of the texts, each [T, ...]. */
  text(model: Model<S>, ids: tf.Tensor): tf.Tensor[]
  /** [B, T], more is more alike. */
  similarities(model: Model<S>, images: tf.Tensor[], texts: tf.Tensor[]): tf.Tensor
}

/** Writes captions, a token at a time. */
export interface Write<S extends Shape = Shape> {
  /** uint8 [B, S, S, 3] → what is kept of the pictures, each [B, ...]. */
  image(model: Model<S>, images: tf.Tensor): tf.Tensor[]
  /** Scores of every next token: int32 [B, L], [DEC] first → [B, L, V]. */
  logits(model: Model<S>, images: tf.Tensor[], ids: tf.Tensor): tf.Tensor
}
