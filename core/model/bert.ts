import { gelu, linear, tf } from '../tensor/index.ts'
import { attend, dense, joinHeads, norm, parameter, splitHeads, splitParts, type Drop, type Weights } from './layers.ts'

/**
 * The parts of BERT's post-norm layers (arXiv 1810.04805) that the families with a BERT inside share. Parameters are named as in
 * Hugging Face's checkpoints.
 */
export interface BertModel extends Weights {
  shape: { text: { heads: number; epsilon: number } }
  drop?: Drop | undefined
}

/** Added to the scores of places that must not be attended to, as in BERT. */
export const blocked = -1e4

/** What attention looks at. */
export interface Memory {
  /** [B, H, S, d] */
  key: tf.Tensor
  value: tf.Tensor
  /** Added to the scores; broadcast to [B, H, L, S]. */
  mask?: tf.Tensor
}

/**
 * Keys and values of x [B, S, in], by one product: it reads x once, and so does its gradient.
 * @param within what the three projections' names stand under: `self`, or in BLIP-2 `attention`
 */
export function remember(model: BertModel, name: string, x: tf.Tensor, within = 'self'): Memory {
  const both = (kind: string) =>
    tf.concat(['key', 'value'].map((part) => parameter(model, `${name}.${within}.${part}.${kind}`)))
  const [key, value] = splitParts(linear(x, both('weight'), both('bias')), 2, model.shape.text.heads)
  return { key: key!, value: value! }
}

/** Attention of x [B, L, W] over a memory, then projection, residual and norm. */
export function attentionBlock(
  model: BertModel,
  name: string,
  x: tf.Tensor,
  { key, value, mask }: Memory,
  within = 'self',
): tf.Tensor {
  const query = splitHeads(dense(model, `${name}.${within}.query`, x), model.shape.text.heads)
  const attended = joinHeads(attend({ query, key, value }, mask, model.drop))
  const projected = dropped(model, dense(model, `${name}.output.dense`, attended))
  return norm(model, `${name}.output.LayerNorm`, tf.add(projected, x), model.shape.text.epsilon)
}

/** @param whose which of a layer's blocks, where it has several: the end of their names */
export function feedForward(model: BertModel, name: string, x: tf.Tensor, whose = ''): tf.Tensor {
  const inner = gelu(dense(model, `${name}.intermediate${whose}.dense`, x))
  const out = dropped(model, dense(model, `${name}.output${whose}.dense`, inner))
  return norm(model, `${name}.output${whose}.LayerNorm`, tf.add(out, x), model.shape.text.epsilon)
}

export function dropped({ drop }: Pick<BertModel, 'drop'>, x: tf.Tensor): tf.Tensor {
  return drop ? drop(x) : x
}

/** int32 [B, L] → [B, 1, 1, L], 0 at tokens and -1e4 at padding. */
export function paddingMask(ids: tf.Tensor, pad: number): tf.Tensor {
  const padding = tf.cast(tf.equal(ids, tf.scalar(pad, 'int32')), 'float32')
  return tf.reshape(tf.mul(padding, blocked), [ids.shape[0]!, 1, 1, ids.shape[1]!])
}
