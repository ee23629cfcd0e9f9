import { tf } from '../../tensor/index.ts'
import { crossAttentionSimilarities } from './crossAttention.ts'
import type { Parts } from './parts.ts'
import type { AlignmentShape } from './shape.ts'
import { wordSimilarities } from './wordAlignment.ts'

/** How well each of B pictures goes with each of T texts: [B, T], more is more alike. */
export function similarities({ match }: Pick<AlignmentShape, 'match'>, images: Parts, texts: Parts): tf.Tensor {
  if (match.kind === 'words') return wordSimilarities(images, texts)
  if (match.kind === 'global') return globalSimilarities(images, texts)
  return match.direction === 'text-to-image'
    ? crossAttentionSimilarities(texts, images, match)
    : tf.transpose(crossAttentionSimilarities(images, texts, match))
}

/** Cosines of the wholes (VSE++, arXiv 1707.05612, eq. 1). */
function globalSimilarities(images: Parts, texts: Parts): tf.Tensor {
  return tf.matMul(images.whole, texts.whole, false, true)
}
