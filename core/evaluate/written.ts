import type { Shape } from '../model/index.ts'
import type { Write } from '../model/measure.ts'
import type { LoadedModel } from '../score/index.ts'
import { capture, tf } from '../tensor/index.ts'
import { compareCaptions, type CaptionOptions, type ComparedCaption } from './captions.ts'
import type { HeldOutPair } from './heldOut.ts'

/** Most tokens of a caption, [DEC] included. */
const longest = 30

/**
 * Captions of the first held-out pictures, written greedily by a family's own scores, beside the caption they came with. The
 * rows are scored anew for each token: a handful of captions is not worth a cache of its own in every family.
 */
export async function writtenCaptions(
  model: LoadedModel<Shape>,
  write: Write,
  pairs: HeldOutPair[],
  { count, prompt }: CaptionOptions,
): Promise<ComparedCaption[]> {
  return compareCaptions(pairs, { count, size: model.shape.image.size }, (images, sampleIds) =>
    writeRows(model, write, images, { count: sampleIds.length, prompt }),
  )
}

async function writeRows(
  { shape, parameters, tokenizer }: LoadedModel<Shape>,
  write: Write,
  images: Uint8Array,
  { count, prompt }: { count: number; prompt: string },
): Promise<string[]> {
  const { size } = shape.image
  const { sep } = shape.text.tokens
  const length = Math.min(longest, shape.text.context)
  const state = Object.values(parameters)
  const model = { shape, parameters }
  const looking = capture((input) => write.image(model, input!), {
    name: 'lookToWrite',
    inputs: [{ shape: [count, size, size, 3], dtype: 'uint8' }],
    state,
  })
  const seen = await looking.run([images])
  const scoring = capture(
    (ids, at, ...kept) => {
      const logits = write.logits(model, kept, ids!)
      // the place that was asked for, by a product with a one-hot row: a slice's start must be known beforehand
      const here = tf.reshape(tf.oneHot(tf.cast(at!, 'int32'), length), [1, 1, length])
      const scores = tf.matMul(tf.tile(tf.cast(here, 'float32'), [count, 1, 1]), logits)
      return [tf.argMax(tf.reshape(scores, [count, -1]), 1)]
    },
    {
      name: 'scoreToWrite',
      inputs: [
        { shape: [count, length], dtype: 'int32' },
        { shape: [], dtype: 'int32' },
        ...seen.map((tensor) => ({ shape: [...tensor.shape], dtype: 'float32' as const })),
      ],
      state,
    },
  )
  try {
    const kept = await Promise.all(seen.map((tensor) => tensor.data<'float32'>()))
    const ids = tokenizer.encodeBatch(
      Array.from({ length: count }, () => prompt),
      { length, first: 'dec' },
    )
    const given = tokenizer.encode(prompt, { maxLength: length, first: 'dec' }).length - 1
    const ended = new Array<boolean>(count).fill(false)
    for (let at = given; at < length && !ended.every(Boolean); at++) {
      const [chosen] = await scoring.run([ids, Int32Array.of(at - 1), ...kept])
      const tokens = await chosen!.data<'int32'>()
      chosen!.dispose()
      for (let row = 0; row < count; row++) {
        if (!ended[row]) ids[row * length + at] = tokens[row]!
        ended[row] ||= tokens[row] === sep
      }
    }
    return Array.from({ length: count }, (_, row) => {
      const tokens = [...ids.subarray(row * length + 1, (row + 1) * length)]
      const end = tokens.indexOf(sep)
      return tokenizer.decode(end === -1 ? tokens : tokens.slice(0, end)).trim()
    })
  } finally {
    tf.dispose(seen)
    looking.dispose()
    scoring.dispose()
  }
}
