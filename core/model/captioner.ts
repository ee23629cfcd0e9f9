import { Fault } from '../contract/fault.ts'
import { capture, tf, type Captured, type TensorSpec } from '../tensor/index.ts'
import {
  createTokenMemory,
  decodeStep,
  tokenVariables,
  turnWords,
  type CaptionRows,
  type DecoderMemory,
} from './decode.ts'
import { createDecoder, type WriteStep } from './decoder.ts'
import { generate, type GeneratedCaption, type GenerateOptions } from './generate.ts'
import type { Model } from './layers.ts'
import { likeliest } from './likeliest.ts'
import { createPictureMemory, type PictureMemory } from './pictures.ts'

export interface CaptionerOptions {
  /** Pictures at a time; shapes are static, so fewer cost as much as all. */
  batch: number
  /** Rows for each picture: 1 for greedy and nucleus, more for beam search. */
  beams?: number
  /** Tokens at most, [DEC], prompt and [SEP] included. */
  length?: number
  /** Likeliest tokens of each row that come to the host at each step; all of them come when these don't decide. */
  likely?: number
  /** Compile with XLA (see `capture`). */
  xla?: boolean
  /** The model's weights won't change: one caption at a time is then written faster, from a copy of the word embeddings. */
  fixed?: boolean
}

export interface Captioner {
  /**
   * Writes a caption for each picture.
   * @param images bytes of 1 to `batch` pictures, each S × S × 3
   * @throws Fault `captioner-options` when the options don't fit how the captioner was made
   */
  caption(images: Uint8Array, options: GenerateOptions): Promise<GeneratedCaption[]>
  /** What it knows of the pictures last looked at; a judge of the same model may use it too. */
  pictures: PictureMemory
  /** Frees the captured steps and the memory; the model stays. */
  dispose(): void
}

/** Tokens that are usually not to be written, the special ones: enough of the others are wanted besides. */
const usuallyForbidden = 8

/** Captures the two steps of captioning, looking at pictures and writing a token, for a model's live parameters. */
export function createCaptioner(model: Model, options: CaptionerOptions): Captioner {
  const { batch, beams = 1, length = Math.min(20, model.shape.text.context), xla = false, fixed = false } = options
  if (length > model.shape.text.context) {
    throw unfit(`Captions of ${length} tokens are longer than the model's context.`)
  }
  const likely = Math.min(options.likely ?? 2 * beams + usuallyForbidden, model.shape.text.vocabularySize)
  const pictureBytes = model.shape.image.size ** 2 * 3
  const rows = { batch, beams, length }
  const pictures = createPictureMemory(model, { batch, xla })
  const turnedWords = fixed && batch * beams === 1 ? turnWords(model) : null
  const memory = { pictures: pictures.layers, tokens: createTokenMemory(model, rows), turnedWords }
  const write = captureWrite(model, memory, { ...rows, likely, xla })

  async function caption(images: Uint8Array, generateOptions: GenerateOptions): Promise<GeneratedCaption[]> {
    const count = images.length / pictureBytes
    checkOptions(generateOptions, { ...rows, count })
    await pictures.look(images)
    const decoder = createDecoder(write.run as WriteStep, rows)
    const maxLength = generateOptions.maxLength ?? length
    return generate(decoder, model.shape.text.tokens, count, { ...generateOptions, maxLength })
  }

  function dispose() {
    write.dispose()
    pictures.dispose()
    tf.dispose([...tokenVariables(memory.tokens), ...(turnedWords ? [turnedWords] : [])])
  }
  return { caption, pictures, dispose }
}

/** Tokens → the likeliest next ones, and the scores of all, which stay on the device. */
function captureWrite(
  model: Model,
  memory: DecoderMemory,
  { batch, beams, length, likely, xla }: CaptionRows & { likely: number; xla: boolean },
): Captured {
  const step = (tokens: tf.Tensor, position: tf.Tensor, holders: tf.Tensor) => {
    const scores = decodeStep(model, memory, { tokens, position, holders })
    const next = likeliest(scores, likely)
    return [next.tokens, next.best, next.logSums, scores]
  }
  const rows = batch * beams
  const inputs: TensorSpec[] = [[rows], [1], [rows, length]].map((shape) => ({ shape, dtype: 'int32' }))
  return capture(step, { inputs, state: tokenVariables(memory.tokens), xla, name: 'write' })
}

function checkOptions(
  options: GenerateOptions,
  { count, batch, beams, length }: CaptionRows & { count: number },
): void {
  if (!Number.isInteger(count) || count < 1 || count > batch)
    throw unfit(`It takes 1 to ${batch} whole pictures at a time.`)
  if ((options.method === 'beam') !== beams > 1)
    throw unfit(`It was made with ${beams} beams, which don't fit ${options.method}.`)
  if ((options.maxLength ?? length) > length) throw unfit(`It was made for captions of at most ${length} tokens.`)
  if ((options.prompt?.length ?? 0) + 2 > (options.maxLength ?? length))
    throw unfit('The prompt leaves no room to write.')
  if (options.method === 'nucleus' && options.seeds.length < count) throw unfit('Each picture needs a seed.')
}

function unfit(reason: string): Fault {
  return new Fault('captioner-options', `The captioner can't be used like this. ${reason}`)
}
