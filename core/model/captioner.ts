import { Fault } from '../contract/fault.ts'
import { capture, tf, type Captured, type TensorSpec } from '../tensor/index.ts'
import { createMemory, decodeStep, memoryVariables, rememberImages, type DecoderMemory } from './decode.ts'
import { generate, type Decoder, type GeneratedCaption, type GenerateOptions } from './generate.ts'
import type { Model } from './layers.ts'
import { encodeImages } from './vision.ts'

export interface CaptionerOptions {
  /** Pictures at a time; shapes are static, so fewer cost as much as all. */
  batch: number
  /** Rows for each picture: 1 for greedy and nucleus, more for beam search. */
  beams?: number
  /** Tokens at most, [DEC], prompt and [SEP] included. */
  length?: number
  /** Compile with XLA (see `capture`). */
  xla?: boolean
}

export interface Captioner {
  /**
   * Writes a caption for each picture.
   * @param images bytes of 1 to `batch` pictures, each S × S × 3
   * @throws Fault `captioner-options` when the options don't fit how the captioner was made
   */
  caption(images: Uint8Array, options: GenerateOptions): Promise<GeneratedCaption[]>
  /** Frees the captured steps and the memory; the model stays. */
  dispose(): void
}

/** Captures the two steps of captioning, looking at pictures and writing a token, for a model's live parameters. */
export function createCaptioner(model: Model, options: CaptionerOptions): Captioner {
  const { batch, beams = 1, length = Math.min(20, model.shape.text.context), xla = false } = options
  if (length > model.shape.text.context) {
    throw unfit(`Captions of ${length} tokens are longer than the model's context.`)
  }
  const pictureBytes = model.shape.image.size ** 2 * 3
  const memory = createMemory(model.shape, { rows: batch * beams, length })
  const look = captureLook(model, memory, { batch, beams, xla })
  const write = captureWrite(model, memory, { batch, beams, xla })
  const decoder = createDecoder(write, { batch, beams })

  async function caption(images: Uint8Array, generateOptions: GenerateOptions): Promise<GeneratedCaption[]> {
    const count = images.length / pictureBytes
    checkOptions(generateOptions, { count, batch, beams, length })
    const padded = new Uint8Array(batch * pictureBytes)
    padded.set(images)
    await look.run([padded])
    const maxLength = generateOptions.maxLength ?? length
    return generate(decoder, model.shape.text.tokens, count, { ...generateOptions, maxLength })
  }

  function dispose() {
    look.dispose()
    write.dispose()
    tf.dispose(memoryVariables(memory))
  }
  return { caption, dispose }
}

interface Rows {
  batch: number
  beams: number
}

/** Pictures → their keys and values, once for each row. */
function captureLook(model: Model, memory: DecoderMemory, { batch, beams, xla }: Rows & { xla: boolean }): Captured {
  const { size } = model.shape.image
  const step = (images: tf.Tensor) => {
    rememberImages(model, memory, repeat(encodeImages(model, images), beams))
    return []
  }
  const inputs: TensorSpec[] = [{ shape: [batch, size, size, 3], dtype: 'uint8' }]
  return capture(step, { inputs, state: memoryVariables(memory), xla, name: 'look' })
}

/** Tokens → scores of the next ones. Only beams go on from one another, so only they pay for moving rows. */
function captureWrite(model: Model, memory: DecoderMemory, { batch, beams, xla }: Rows & { xla: boolean }): Captured {
  const step = (tokens: tf.Tensor, position: tf.Tensor, parents?: tf.Tensor) => {
    return [decodeStep(model, memory, { tokens, position, parents })]
  }
  const rows: TensorSpec = { shape: [batch * beams], dtype: 'int32' }
  const inputs: TensorSpec[] = [rows, { shape: [1], dtype: 'int32' }, ...(beams > 1 ? [rows] : [])]
  return capture(step, { inputs, state: memoryVariables(memory), xla, name: 'write' })
}

function createDecoder(write: Captured, { batch, beams }: Rows): Decoder {
  async function step(tokens: Int32Array, position: number, parents: Int32Array): Promise<Float32Array> {
    const [scores] = await write.run([tokens, Int32Array.of(position), ...(beams > 1 ? [parents] : [])])
    const values = await scores!.data<'float32'>()
    scores!.dispose()
    return values
  }
  return { rows: batch * beams, beams, step }
}

/** [B, N, W] → [B × times, N, W], each row `times` times in a row. */
function repeat(x: tf.Tensor, times: number): tf.Tensor {
  if (times === 1) return x
  const [batch, tokens, width] = x.shape as [number, number, number]
  return tf.reshape(tf.tile(tf.reshape(x, [batch, 1, tokens, width]), [1, times, 1, 1]), [batch * times, tokens, width])
}

interface Made extends Rows {
  count: number
  length: number
}

function checkOptions(options: GenerateOptions, { count, batch, beams, length }: Made): void {
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
