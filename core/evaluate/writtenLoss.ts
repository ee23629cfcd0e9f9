import type { Shape } from '../model/index.ts'
import type { Write } from '../model/measure.ts'
import { captionLabels } from '../objective/lm.ts'
import { decodePictures, type LoadedModel } from '../score/index.ts'
import { capture, ignoredLabel, softmaxCrossEntropy, tf } from '../tensor/index.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import type { HeldOutPair } from './heldOut.ts'
import { unigramCrossEntropy } from './unigram.ts'

export interface LossOptions {
  /** Pairs at a time. */
  batch?: number
  signal?: AbortSignal
}

/**
 * Cross-entropy per token, in nats and without smoothing, of held-out captions given their pictures: every word and the closing
 * mark counts. Pairs whose picture can't be read are left out. Compare with `unigramLoss`.
 */
export async function writtenLoss(
  model: LoadedModel<Shape>,
  write: Write,
  pairs: HeldOutPair[],
  { batch = 32, signal }: LossOptions = {},
): Promise<number> {
  const length = model.shape.text.context
  const { size } = model.shape.image
  const program = captureLoss(model, write, batch)
  let [nats, tokens] = [0, 0]
  try {
    for (let at = 0; at < pairs.length; at += batch) {
      signal?.throwIfAborted()
      const { items, images } = await decodePictures(pairs.slice(at, at + batch), size)
      const pixels = new Uint8Array(batch * size * size * 3)
      pixels.set(images)
      const captions = items.map(({ text }) => text)
      const ids = new Int32Array(batch * length).fill(model.shape.text.tokens.pad)
      ids.set(model.tokenizer.encodeBatch(captions, { length, first: 'dec' }))
      const [sums] = await program.run([pixels, ids])
      const [loss, counted] = await sums!.data<'float32'>()
      sums!.dispose()
      nats += loss!
      tokens += counted!
    }
  } finally {
    program.dispose()
  }
  return tokens > 0 ? nats / tokens : 0
}

/** Pictures and captions → the summed loss of all tokens that are not padding, and their number. */
function captureLoss({ shape, parameters }: LoadedModel<Shape>, write: Write, batch: number) {
  const { size } = shape.image
  const { context: length, tokens } = shape.text
  const model = { shape, parameters }
  const sums = (images: tf.Tensor, ids: tf.Tensor) => {
    const given = tf.slice(ids, [0, 0], [batch, length - 1])
    const logits = write.logits(model, write.image(model, images), given)
    const labels = tf.reshape(captionLabels(ids, tokens.pad, 1), [-1])
    const losses = softmaxCrossEntropy(tf.reshape(logits, [labels.size, -1]), labels)
    const counted = tf.cast(tf.notEqual(labels, tf.scalar(ignoredLabel, 'int32')), 'float32')
    return [tf.stack([tf.sum(losses), tf.sum(counted)])]
  }
  return capture((images, ids) => sums(images!, ids!), {
    name: 'heldOutLoss',
    inputs: [
      { shape: [batch, size, size, 3], dtype: 'uint8' },
      { shape: [batch, length], dtype: 'int32' },
    ],
    state: Object.values(parameters),
  })
}

/** What `writtenLoss` would be of a model that only knows how common each token is. */
export function unigramLoss(
  tokenizer: Tokenizer,
  context: number,
  captions: { training: string[]; heldOut: string[] },
): number {
  const tokens = (texts: string[]) =>
    texts.map((text) => tokenizer.encode(text, { maxLength: context, first: 'dec' }).slice(1))
  return unigramCrossEntropy(tokens(captions.training), tokens(captions.heldOut), tokenizer.vocabulary.length)
}
