import { tf } from '../tfjs.ts'

/**
 * softmax(q · kᵀ / √d + mask) · v. q [B, H, T, d], k and v [B, H, S, d] → [B, H, T, d].
 * mask: added to the scores (0 or a large negative number), broadcastable to [B, H, T, S]; it gets no gradient.
 */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask?: tf.Tensor): tf.Tensor {
  return attend(mask)(q, k, v)
}

const attend = (mask?: tf.Tensor) =>
  tf.customGrad((q, k, v, save) => {
    const [query, key, value] = [q as tf.Tensor, k as tf.Tensor, v as tf.Tensor]
    const scale = 1 / Math.sqrt(query.shape.at(-1)!)
    const scaled = tf.mul(query, scale) // smaller than the scores
    const scores = tf.matMul(scaled, key, false, true)
    const shares = tf.softmax(mask ? tf.add(scores, mask) : scores)
    const attended = tf.matMul(shares, value)
    ;(save as tf.GradSaveFunc)([scaled, key, value, shares, attended])
    return {
      value: attended,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved, scale),
    }
  })

function gradient(dy: tf.Tensor, saved: tf.Tensor[], scale: number): tf.Tensor[] {
  const [scaled, key, value, shares, attended] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
  const dShares = tf.matMul(dy, value, false, true)
  const pulled = tf.sum(tf.mul(dy, attended), -1, true) // = Σ dShares · shares (FlashAttention, arXiv 2205.14135, B.4)
  const dScores = tf.mul(shares, tf.sub(dShares, pulled))
  const dQuery = tf.mul(tf.matMul(dScores, key), scale)
  return [dQuery, tf.matMul(dScores, scaled, true, false), tf.matMul(shares, dy, true, false)]
}
