import { capture, tf, type TensorSpec } from '../tensor/index.ts'
import type { Model } from './layers.ts'
import { imageTokenCount } from './shape.ts'
import { rememberPicture, type Memory } from './text.ts'
import { encodeImages } from './vision.ts'

export interface PictureMemoryOptions {
  /** Pictures at a time; shapes are static, so fewer cost as much as all. */
  batch: number
  /** Compile with XLA (see `capture`). */
  xla?: boolean
}

/**
 * What is kept on the device of the pictures last looked at. Writing and judging captions need the same of it, so that
 * one look serves both.
 */
export interface PictureMemory {
  batch: number
  /** Keys and values [B, H, N, d] for each text layer. */
  layers: Memory[]
  /** The class tokens [B, 1, Wv], of which `imageFeature` makes features. */
  first: tf.Tensor
  /** Looks at 1 to `batch` pictures, uint8 [n, S, S, 3]. */
  look(images: Uint8Array): Promise<void>
  /** Frees the program and what it remembers; the model stays. */
  dispose(): void
}

/** Captures the step that looks at pictures, for a model's live parameters. */
export function createPictureMemory(model: Model, { batch, xla = false }: PictureMemoryOptions): PictureMemory {
  const { size } = model.shape.image
  const { depth, heads, width } = model.shape.text
  const blank = (shape: number[]) => tf.tidy(() => tf.variable(tf.zeros(shape), false))
  const places = [batch, heads, imageTokenCount(model.shape), width / heads]
  const layers = Array.from({ length: depth }, () => ({ key: blank(places), value: blank(places) }))
  const first = blank([batch, 1, model.shape.image.width])
  const state = [...layers.flatMap(({ key, value }) => [key, value]), first]

  const inputs: TensorSpec[] = [{ shape: [batch, size, size, 3], dtype: 'uint8' }]
  const step = capture(
    (images: tf.Tensor) => {
      const tokens = encodeImages(model, images)
      rememberPicture(model, tokens).forEach(({ key, value }, layer) => {
        layers[layer]!.key.assign(key)
        layers[layer]!.value.assign(value)
      })
      first.assign(tf.slice(tokens, [0, 0, 0], [batch, 1, model.shape.image.width]))
      return []
    },
    { name: 'look', inputs, state, xla },
  )

  async function look(images: Uint8Array): Promise<void> {
    const padded = new Uint8Array(batch * size * size * 3)
    padded.set(images)
    await step.run([padded])
  }

  function dispose() {
    step.dispose()
    tf.dispose(state)
  }
  return { batch, layers, first, look, dispose }
}
