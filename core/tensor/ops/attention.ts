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
    const scores = tf.mul(tf.matMul(query, key, false, true), scale)
    const shares = tf.softmax(mask ? tf.add(scores, mask) : scores)
    ;(save as tf.GradSaveFunc)([query, key, value, shares])
    return {
      value: tf.matMul(shares, value),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved, scale),
    }
  })

function gradient(dy: tf.Tensor, saved: tf.Tensor[], scale: number): tf.Tensor[] {
  const [query, key, value, shares] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
  const dShares = tf.matMul(dy, value, false, true)
  const pulled = tf.sum(tf.mul(dShares, shares), -1, true)
  const dScores = tf.mul(tf.mul(shares, tf.sub(dShares, pulled)), scale)
  return [tf.matMul(dScores, key), tf.matMul(dScores, query, true, false), tf.matMul(shares, dy, true, false)]
}
