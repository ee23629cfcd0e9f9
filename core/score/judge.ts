import { encodeImages, imageFeature, matchLogits, rememberPicture, textFeature, type Model } from '../model/index.ts'
import { capture, tf, type Captured } from '../tensor/index.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import type { LoadedModel } from './model.ts'

/** A caption and the picture of the last batch that it is held against. */
export interface Question {
  /** Row of the picture in the batch. */
  row: number
  text: string
}

export interface Judgement {
  /** Probability that picture and caption belong together, after the softmax over no match and match. */
  itm: number
  /** The matching head's raw score of a match, which BLIP ranks by (algorithms.md §6). */
  itmLogit: number
  /** Cosine of the contrastive features. */
  itc: number
}

export interface JudgeOptions {
  /** Pictures, and captions, at a time. Shapes are static: fewer cost as much. */
  batch: number
  xla?: boolean
}

export interface Judge {
  /** Takes in 1 to `batch` pictures, uint8 [n, S, S, 3]; returns their unit features [n, embed]. Each is encoded just once. */
  look(images: Uint8Array): Promise<Float32Array>
  /** Holds captions against the pictures last looked at; as many as you like. */
  judge(questions: Question[]): Promise<Judgement[]>
  /** Unit features of captions [n, embed]. */
  read(texts: string[]): Promise<Float32Array>
  dispose(): void
}

/** Captures what scoring needs of a model's live parameters: one program for pictures, and one for captions of each length. */
export function createJudge(
  { shape, parameters, tokenizer }: LoadedModel,
  { batch, xla = false }: JudgeOptions,
): Judge {
  const model: Model = { shape, parameters }
  const { size, width, patch } = shape.image
  const seen = tf.tidy(() => tf.variable(tf.zeros([batch, (size / patch) ** 2 + 1, width]), false))
  const seenFeatures = tf.tidy(() => tf.variable(tf.zeros([batch, shape.embed]), false))

  const lookStep = capture(
    (images: tf.Tensor) => {
      const tokens = encodeImages(model, images)
      const features = imageFeature(model, tokens)
      seen.assign(tokens)
      seenFeatures.assign(features)
      return [features]
    },
    {
      name: 'lookAtPictures',
      inputs: [{ shape: [batch, size, size, 3], dtype: 'uint8' }],
      state: [seen, seenFeatures],
      xla,
    },
  )
  const readSteps = byLength((length) =>
    capture((ids: tf.Tensor) => [textFeature(model, ids)], {
      name: 'readCaptions',
      inputs: [{ shape: [batch, length], dtype: 'int32' }],
      state: [],
      xla,
    }),
  )
  const judgeSteps = byLength((length) =>
    capture(
      (rows: tf.Tensor1D, plain: tf.Tensor, matching: tf.Tensor) => [
        judgeStep(model, { tokens: seen, features: seenFeatures }, rows, plain, matching),
      ],
      {
        name: 'judgeCaptions',
        inputs: [
          { shape: [batch], dtype: 'int32' },
          { shape: [batch, length], dtype: 'int32' },
          { shape: [batch, length], dtype: 'int32' },
        ],
        state: [],
        xla,
      },
    ),
  )

  async function look(images: Uint8Array): Promise<Float32Array> {
    const padded = new Uint8Array(batch * size * size * 3)
    padded.set(images)
    const count = images.length / (size * size * 3)
    return take(await lookStep.run([padded]), count * shape.embed)
  }

  async function read(texts: string[]): Promise<Float32Array> {
    const features = new Float32Array(texts.length * shape.embed)
    for (let at = 0; at < texts.length; at += batch) {
      const some = texts.slice(at, at + batch)
      const length = bucket(tokenizer, some, shape.text.context)
      const result = await readSteps.at(length).run([encode(tokenizer, some, { batch, length, first: 'cls' })])
      features.set(await take(result, some.length * shape.embed), at * shape.embed)
    }
    return features
  }

  async function judge(questions: Question[]): Promise<Judgement[]> {
    const judgements: Judgement[] = []
    for (let at = 0; at < questions.length; at += batch) {
      const some = questions.slice(at, at + batch)
      const texts = some.map(({ text }) => text)
      const length = bucket(tokenizer, texts, shape.text.context)
      const rows = new Int32Array(batch)
      some.forEach(({ row }, index) => (rows[index] = row))
      const inputs = (['cls', 'enc'] as const).map((first) => encode(tokenizer, texts, { batch, length, first }))
      const values = await take(await judgeSteps.at(length).run([rows, ...inputs]), batch * 3)
      some.forEach((_, index) =>
        judgements.push({ itm: values[index * 3]!, itmLogit: values[index * 3 + 1]!, itc: values[index * 3 + 2]! }),
      )
    }
    return judgements
  }

  function dispose(): void {
    for (const step of [lookStep, ...readSteps.all(), ...judgeSteps.all()]) step.dispose()
    tf.dispose([seen, seenFeatures])
  }
  return { look, judge, read, dispose }
}

/** [B, 3]: P(match), match logit, cosine of caption i and the picture in row rows[i]. */
function judgeStep(
  model: Model,
  seen: { tokens: tf.Tensor; features: tf.Tensor },
  rows: tf.Tensor1D,
  plain: tf.Tensor,
  matching: tf.Tensor,
): tf.Tensor {
  const logits = matchLogits(model, rememberPicture(model, tf.gather(seen.tokens, rows)), matching)
  const cosine = tf.sum(tf.mul(tf.gather(seen.features, rows), textFeature(model, plain)), 1)
  const match = (x: tf.Tensor) => tf.reshape(tf.slice(x, [0, 1], [-1, 1]), [-1])
  return tf.stack([match(tf.softmax(logits)), match(logits), cosine], 1)
}

/** Programs by caption length; there are few lengths, so all are kept. */
function byLength(make: (length: number) => Captured) {
  const steps = new Map<number, Captured>()
  function at(length: number): Captured {
    if (!steps.has(length)) steps.set(length, make(length))
    return steps.get(length)!
  }
  return { at, all: () => [...steps.values()] }
}

/** Rows of 16, 32, 64 … tokens, so that a few programs serve every caption; longer ones are cut at the model's context. */
function bucket(tokenizer: Tokenizer, texts: string[], context: number): number {
  const longest = Math.max(...texts.map((text) => tokenizer.encode(text, { maxLength: context }).length))
  let length = 16
  while (length < longest) length *= 2
  return Math.min(length, context)
}

function encode(
  tokenizer: Tokenizer,
  texts: string[],
  { batch, length, first }: { batch: number; length: number; first: 'cls' | 'enc' },
): Int32Array {
  const filled = Array.from({ length: batch }, (_, row) => texts[row] ?? '')
  return tokenizer.encodeBatch(filled, { length, first })
}

async function take([result]: tf.Tensor[], count: number): Promise<Float32Array> {
  const values = await result!.data<'float32'>()
  result!.dispose()
  return values.slice(0, count)
}
