import {
  createPictureMemory,
  imageFeature,
  matchLogits,
  textFeature,
  type Memory,
  type Model,
  type PictureMemory,
} from '../model/index.ts'
import { capture, tf, type TensorSpec } from '../tensor/index.ts'
import { byLength, programsByLength, roundedLength } from './lengths.ts'
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
  /** Captions at a time. Shapes are static: fewer cost as much. */
  batch: number
  /** Pictures at a time; as many as captions if left out. */
  pictures?: number
  /** What another user of the same model has looked at, in place of a memory of its own; its maker frees it. */
  memory?: PictureMemory
  xla?: boolean
}

export interface Judge {
  /** Takes in 1 to `pictures` pictures, uint8 [n, S, S, 3]; returns their unit features [n, embed]. Each is encoded just once. */
  look(images: Uint8Array): Promise<Float32Array>
  /** Holds captions against the pictures last looked at; as many as you like. */
  judge(questions: Question[]): Promise<Judgement[]>
  /** Unit features of captions [n, embed]. */
  read(texts: string[]): Promise<Float32Array>
  dispose(): void
}

/** Captures what scoring needs of a model's live parameters: one program for pictures, and one for captions of each length. */
export function createJudge(
  loaded: LoadedModel,
  { batch, pictures = batch, memory, xla = false }: JudgeOptions,
): Judge {
  const { shape, tokenizer } = loaded
  const model: Model = { shape, parameters: loaded.parameters }
  const seen = memory ?? createPictureMemory(model, { batch: pictures, xla })
  const row = (length: number): TensorSpec => ({ shape: [batch, length], dtype: 'int32' })
  const featureStep = capture(() => [imageFeature(model, seen.first)], { name: 'features', inputs: [], state: [], xla })
  const readSteps = programsByLength((length) =>
    capture((ids: tf.Tensor) => [textFeature(model, ids)], { name: 'read', inputs: [row(length)], state: [], xla }),
  )
  const judgeSteps = programsByLength((length) =>
    capture(
      (rows: tf.Tensor1D, plain: tf.Tensor, matching: tf.Tensor) => [judgeStep(model, seen, rows, plain, matching)],
      { name: 'judge', inputs: [{ shape: [batch], dtype: 'int32' }, row(length), row(length)], state: [], xla },
    ),
  )

  async function look(images: Uint8Array): Promise<Float32Array> {
    await seen.look(images)
    const count = images.length / (shape.image.size ** 2 * 3)
    return take(await featureStep.run([]), count * shape.embed)
  }

  /** Runs captions of similar length together; `place` is told what came of each, `width` numbers a caption. */
  async function runTexts(texts: string[], { steps, width, inputs, put }: TextRun): Promise<void> {
    const encoded = texts.map((text) => tokenizer.encode(text, { maxLength: shape.text.context }))
    for (const { places, items, longest } of byLength(encoded, batch)) {
      const length = roundedLength(longest, shape.text.context)
      const ids = padded(items, { batch, length, pad: tokenizer.ids.pad })
      const values = await take(await steps.at(length).run(inputs(ids, length, places)), items.length * width)
      places.forEach((place, index) => put(place, values.subarray(index * width, (index + 1) * width)))
    }
  }

  async function read(texts: string[]): Promise<Float32Array> {
    const features = new Float32Array(texts.length * shape.embed)
    await runTexts(texts, {
      steps: readSteps,
      width: shape.embed,
      inputs: (ids) => [ids],
      put: (place, values) => features.set(values, place * shape.embed),
    })
    return features
  }

  async function judge(questions: Question[]): Promise<Judgement[]> {
    const judgements = new Array<Judgement>(questions.length)
    const texts = questions.map(({ text }) => text)
    await runTexts(texts, {
      steps: judgeSteps,
      width: 3,
      inputs(ids, length, places) {
        const rows = new Int32Array(batch)
        places.forEach((place, index) => (rows[index] = questions[place]!.row))
        return [rows, ids, startedWith(ids, length, tokenizer.ids.enc)]
      },
      put: (place, [itm, itmLogit, itc]) => (judgements[place] = { itm: itm!, itmLogit: itmLogit!, itc: itc! }),
    })
    return judgements
  }

  function dispose(): void {
    for (const step of [featureStep, readSteps, judgeSteps]) step.dispose()
    if (!memory) seen.dispose()
  }
  return { look, judge, read, dispose }
}

interface TextRun {
  steps: ReturnType<typeof programsByLength>
  /** Numbers that come out for each caption. */
  width: number
  /** The program's inputs for padded rows of ids; `places` are the captions' indices. */
  inputs(ids: Int32Array, length: number, places: number[]): Int32Array[]
  put(place: number, values: Float32Array): void
}

/** [B, 3]: P(match), match logit, cosine of caption i and the picture in row rows[i]. */
function judgeStep(
  model: Model,
  seen: PictureMemory,
  rows: tf.Tensor1D,
  plain: tf.Tensor,
  matching: tf.Tensor,
): tf.Tensor {
  const of = (x: tf.Tensor) => tf.gather(x, rows)
  const layers = seen.layers.map(({ key, value }): Memory => ({ key: of(key), value: of(value) }))
  const logits = matchLogits(model, layers, matching)
  const cosine = tf.sum(tf.mul(imageFeature(model, of(seen.first)), textFeature(model, plain)), 1)
  const match = (x: tf.Tensor) => tf.reshape(tf.slice(x, [0, 1], [-1, 1]), [-1])
  return tf.stack([match(tf.softmax(logits)), match(logits), cosine], 1)
}

/** Rows of ids, filled up to B × length; rows that hold no caption are all padding. */
function padded(rows: number[][], { batch, length, pad }: { batch: number; length: number; pad: number }): Int32Array {
  const ids = new Int32Array(batch * length).fill(pad)
  rows.forEach((row, index) => ids.set(row, index * length))
  return ids
}

/** The same rows with another first token. */
function startedWith(ids: Int32Array, length: number, token: number): Int32Array {
  const copy = ids.slice()
  for (let at = 0; at < copy.length; at += length) copy[at] = token
  return copy
}

async function take([result]: tf.Tensor[], count: number): Promise<Float32Array> {
  const values = await result!.data<'float32'>()
  result!.dispose()
  return values.slice(0, count)
}
