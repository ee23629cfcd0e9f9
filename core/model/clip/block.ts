import { gelu, linear, quickGelu, tf } from '../../tensor/index.ts'
import { attend, dense, joinHeads, norm, parameter, splitParts, type Model } from '../layers.ts'
import { rerun } from '../rerun.ts'
import type { ClipShape } from './shape.ts'

export type ClipModel = Model<ClipShape>

export interface BlockOptions {
  heads: number
  epsilon: number
  activation: 'gelu' | 'quick-gelu'
  /** Added to the scores; broadcast to [B, H, T, T]. */
  mask?: tf.Tensor | undefined
}

/** `block`, run again in the backward pass where the model asks for that. */
export function rerunBlock(model: ClipModel, name: string, x: tf.Tensor, options: BlockOptions): tf.Tensor {
  const { mask } = options
  return rerun(model, [name], [x, ...(mask ? [mask] : [])], (model, [x, mask]) =>
    block(model, name, x!, { ...options, mask }),
  )
}

/** A pre-norm Transformer layer, the same in both of CLIP's encoders: [B, T, W] → [B, T, W]. */
export function block(model: ClipModel, name: string, x: tf.Tensor, options: BlockOptions): tf.Tensor {
  const { epsilon, activation } = options
  const attended = selfAttention(model, `${name}.self_attn`, norm(model, `${name}.layer_norm1`, x, epsilon), options)
  const middle = tf.add(x, dropped(model, attended))
  const act = activation === 'gelu' ? gelu : quickGelu
  const inner = act(dense(model, `${name}.mlp.fc1`, norm(model, `${name}.layer_norm2`, middle, epsilon)))
  return tf.add(middle, dropped(model, dense(model, `${name}.mlp.fc2`, inner)))
}

function selfAttention(model: ClipModel, name: string, x: tf.Tensor, { heads, mask }: BlockOptions): tf.Tensor {
  // one product for all three: it reads x once, and so does its gradient
  const all = (kind: string) =>
    tf.concat(['q', 'k', 'v'].map((part) => parameter(model, `${name}.${part}_proj.${kind}`)))
  const [query, key, value] = splitParts(linear(x, all('weight'), all('bias')), 3, heads)
  return dense(model, `${name}.out_proj`, joinHeads(attend({ query: query!, key: key!, value: value! }, mask)))
}

/** CLIP itself drops nothing; where a recipe asks for it, what each half adds to the residual stream is dropped. */
function dropped({ drop }: ClipModel, x: tf.Tensor): tf.Tensor {
  return drop ? drop(x) : x
}
