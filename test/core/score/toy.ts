import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCheckpoint } from '../../../core/checkpoint/index.ts'
import { writeWebp } from '../../../core/image/compose.ts'
import { initialise } from '../../../core/model/index.ts'
import { shape, vocabulary } from '../train/trainee.ts'

/** A checkpoint of fresh weights in the smallest shape, and pictures of plain colours for it. */
export async function toyCheckpoint(seed = 5): Promise<string> {
  const folder = join(mkdtempSync(join(tmpdir(), 'winnow-toy-')), 'toy')
  await writeCheckpoint(folder, { name: 'toy', shape, vocabulary, parameters: initialise(shape, seed), step: 0 })
  return folder
}

const colours = { red: [220, 30, 30], green: [30, 200, 40], blue: [20, 40, 230], gray: [128, 128, 128] }
export const names = Object.keys(colours) as (keyof typeof colours)[]

/** Writes `count` pictures, red, green, blue, gray, red, …, no two alike. */
export async function toyPictures(count: number): Promise<{ sampleId: number; path: string; text: string }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-pictures-'))
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const name = names[index % names.length]!
      const path = join(folder, `${index}.webp`)
      const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, at) => Math.min(255, colours[name][at % 3]! + index))
      await writeWebp(path, { data, width: 16, height: 16 }, 100)
      return { sampleId: index + 1, path, text: `a ${name} picture` }
    }),
  )
}
