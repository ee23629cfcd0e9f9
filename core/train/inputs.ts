import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunInputs } from '../contract/model.ts'
import { writePng } from '../image/png.ts'
import type { Shape } from '../model/shape.ts'
import type { Batch } from './batches.ts'

/** Pairs that are shown, and how many of them stand in a row. */
const most = 16
const columns = 8

export const inputsFolder = (run: string): string => join(run, 'inputs')

/**
 * Keeps the first pairs of a batch as the model is given them: pictures cropped, flipped and changed, captions cleaned, cut off and
 * with the words it doesn't know. Writes <run>/inputs/pictures.png, a grid, and inputs.json.
 */
export async function keepInputs(
  { folder, shape, vocabulary }: { folder: string; shape: Shape; vocabulary: string[] },
  { images, text, captionIds }: Pick<Batch, 'images' | 'text' | 'captionIds'>,
  step: number,
): Promise<void> {
  const { size } = shape.image
  const count = Math.min(most, captionIds.length)
  const length = text.length / captionIds.length
  const rows = Array.from({ length: count }, (_, row) => text.subarray(row * length, (row + 1) * length))
  const inputs: RunInputs = { step, size, columns, captions: rows.map((ids) => readable(ids, shape, vocabulary)) }
  await writePng(join(inputsFolder(folder), 'pictures.png'), gridOf(images, { size, count }))
  await writeFile(join(inputsFolder(folder), 'inputs.json'), JSON.stringify(inputs))
}

/** A caption from its tokens; [UNK] stays, frame and padding don't. */
function readable(ids: Int32Array, { text }: Shape, vocabulary: string[]): string {
  const { unk, ...frame } = text.tokens
  const left = new Set(Object.values(frame))
  const words = [...ids].filter((id) => id === unk || !left.has(id)).map((id) => vocabulary[id]!)
  return words.join(' ').replaceAll(' ##', '')
}

/** Pictures [count, S, S, 3] side by side, black where a row isn't full. */
function gridOf(images: Uint8Array, { size, count }: { size: number; count: number }) {
  const width = columns * size
  const height = Math.ceil(count / columns) * size
  const data = new Uint8Array(width * height * 3)
  for (let picture = 0; picture < count; picture++) {
    const [left, top] = [(picture % columns) * size, Math.floor(picture / columns) * size]
    for (let y = 0; y < size; y++) {
      const from = (picture * size + y) * size * 3
      data.set(images.subarray(from, from + size * 3), ((top + y) * width + left) * 3)
    }
  }
  return { data, width, height }
}
