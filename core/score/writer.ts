import type { Decoding } from '../contract/job.ts'
import { createCaptioner, type PictureMemory } from '../model/index.ts'
import { mix } from '../train/random.ts'
import type { LoadedModel } from './model.ts'

export interface WriterOptions {
  decoding: Decoding
  /** Words that every caption begins with; part of the text that is returned. */
  prompt: string
  /** Tokens at least and at most, frame and prompt included. */
  minLength: number
  maxLength: number
  /** Pictures at a time. */
  batch: number
  xla?: boolean
}

export interface Writer {
  /**
   * A caption for each of 1 to `batch` pictures, uint8 [n, S, S, 3]. With nucleus sampling, a picture's caption depends on
   * the seed and its sample id alone, so that a resumed job writes the same.
   */
  write(images: Uint8Array, sampleIds: number[]): Promise<string[]>
  /** What it keeps of the pictures last looked at, for a judge of the same model. */
  memory: PictureMemory
  dispose(): void
}

/** Captures a writer for a model whose weights stay as they are while it lives. */
export function createWriter(
  model: LoadedModel,
  { decoding, prompt, minLength, maxLength, batch, xla }: WriterOptions,
): Writer {
  const { tokenizer, shape } = model
  const length = Math.min(maxLength, shape.text.context)
  const captioner = createCaptioner(model, { batch, length, xla, fixed: true, ...rowsFor(decoding) })
  const given = tokenizer.encode(prompt, { maxLength: length }).slice(1, -1)

  async function write(images: Uint8Array, sampleIds: number[]): Promise<string[]> {
    const written = await captioner.caption(images, {
      ...method(decoding, sampleIds),
      prompt: given,
      minLength,
      maxLength: length,
    })
    return written.map(({ ids }) => tokenizer.decode([...given, ...ids]).trim())
  }
  return { write, memory: captioner.pictures, dispose: () => captioner.dispose() }
}

/** A trained model's nucleus seldom has more tokens. */
const nucleusTokens = 64

function rowsFor(decoding: Decoding) {
  if (decoding.kind === 'beam') return { beams: decoding.beams }
  return decoding.kind === 'nucleus' ? { likely: nucleusTokens } : {}
}

function method(decoding: Decoding, sampleIds: number[]) {
  if (decoding.kind === 'greedy') return { method: 'greedy' } as const
  if (decoding.kind === 'beam') return { method: 'beam' } as const
  return { method: 'nucleus', topP: decoding.topP, seeds: sampleIds.map((id) => mix(decoding.seed, id)) } as const
}
