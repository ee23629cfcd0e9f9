import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodePixels } from '../../../core/image/compose.ts'
import { keepInputs } from '../../../core/train/inputs.ts'
import { trainToy } from './systems/support.ts'

const vocabulary = ['[PAD]', '[CLS]', '[SEP]', '[MASK]', '[UNK]', '[DEC]', '[ENC]', 'a', 'sun', '##flower']
const tokens = { pad: 0, cls: 1, sep: 2, mask: 3, unk: 4, dec: 5, enc: 6 }
const shape = { image: { size: 2 }, text: { tokens } } as never

test('keeps pictures and captions as the model is given them: in their places, with what it does not know', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-inputs-'))
  // nine pictures, each of one shade
  const images = Uint8Array.from({ length: 9 * 2 * 2 * 3 }, (_, at) => 10 * Math.floor(at / 12))
  const text = Int32Array.from(Array.from({ length: 9 }, () => [1, 7, 8, 9, 4, 2, 0]).flat())
  await keepInputs({ folder, shape, vocabulary }, { images, text, captionIds: new Int32Array(9) }, 4)
  const inputs = JSON.parse(readFileSync(join(folder, 'inputs/inputs.json'), 'utf8'))
  expect(inputs).toEqual({ step: 4, size: 2, columns: 8, captions: Array(9).fill('a sunflower [UNK]') })
  const { data, width, height } = await decodePixels(join(folder, 'inputs/pictures.png'))
  expect([width, height]).toEqual([16, 4])
  const shade = (x: number, y: number) => data[(y * width + x) * 4]
  expect([shade(0, 0), shade(2, 1), shade(15, 1), shade(1, 3), shade(2, 2)]).toEqual([0, 10, 70, 80, 0])
})

test('a run keeps those of its first step', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-inputs-'))
  await trainToy({ folder, recipe: 'acmr', changes: { steps: 2, checkpointEvery: 0 } })
  const { step, captions } = JSON.parse(readFileSync(join(folder, 'inputs/inputs.json'), 'utf8'))
  expect([step, captions.length]).toEqual([0, 4])
})
