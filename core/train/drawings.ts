import { join } from 'node:path'
import { writePng } from '../image/png.ts'
import { capture, tf, type Captured } from '../tensor/index.ts'
import { createTokenizer } from '../text/tokenizer.ts'
import { distinctPairs } from './distinctPairs.ts'
import type { TrainOptions } from './loop.ts'
import { systemOf } from './systems/index.ts'

/** Captions that are drawn. */
const most = 8

/** One of each of the first pictures, so that each checkpoint's drawings can be held against the last one's; none twice. */
export const drawnCaptions = (pairs: TrainOptions['pairs']): string[] =>
  distinctPairs(pairs, most).map(({ text }) => text)

/** Draws what a system shows of itself (see `System.pictures`). */
export interface Drawings {
  /** Writes <run>/pictures/<name>-step-<step>.png for each; nothing where the system draws nothing. */
  draw(step: number): Promise<void>
  dispose(): void
}

export function createDrawings(
  options: Pick<TrainOptions, 'folder' | 'pairs' | 'shape' | 'parameters' | 'vocabulary' | 'knobs' | 'seed'>,
): Drawings {
  const { folder, shape, parameters, knobs, seed } = options
  const { pictures } = systemOf(knobs)
  if (!pictures) return { draw: async () => {}, dispose() {} }
  const captions = drawnCaptions(options.pairs)
  const tokenizer = createTokenizer(options.vocabulary)
  const length = shape.text.context
  const ids = tokenizer.encodeBatch(captions, { length, first: 'cls' })
  const names: string[] = []
  let program: Captured | null = null

  /** One program for all of a run's drawings. */
  function captureDrawing(): Captured {
    const body = (...[text, seed]: tf.Tensor[]) => {
      const drawn = Object.entries(pictures!({ model: { shape, parameters }, text: text!, seed: seed! }))
      names.splice(0, names.length, ...drawn.map(([name]) => name))
      return drawn.map(([, picture]) => picture)
    }
    return capture(body, {
      name: 'drawings',
      inputs: [
        { shape: [captions.length, length], dtype: 'int32' },
        { shape: [2], dtype: 'int32' },
      ],
      state: Object.values(parameters),
    })
  }

  async function draw(step: number): Promise<void> {
    program ??= captureDrawing()
    const drawn = await program.run([ids, Int32Array.of(seed, 0)])
    for (const [index, picture] of drawn.entries()) {
      const [height, width] = picture.shape as [number, number]
      const data = Uint8Array.from(await picture.data<'float32'>())
      await writePng(join(folder, 'pictures', `${names[index]}-step-${step}.png`), { data, width, height })
    }
    tf.dispose(drawn)
  }
  return { draw, dispose: () => program?.dispose() }
}
