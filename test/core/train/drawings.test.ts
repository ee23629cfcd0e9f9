import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drawnCaptions } from '../../../core/train/drawings.ts'
import { decodePixels } from '../../../core/image/compose.ts'
import { trainToy } from './systems/support.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'winnow-drawings-'))

test('a GAN draws a grid with each checkpoint: a row for each caption, which changes as it learns', async () => {
  const run = folder()
  await trainToy({ folder: run, recipe: 'gan', changes: { learningRate: 0.01 } })
  const pictures = join(run, 'pictures')
  expect(readdirSync(pictures).sort()).toEqual(['grid-step-2.png', 'grid-step-4.png', 'grid-step-6.png'])
  const [first, last] = ['grid-step-2.png', 'grid-step-6.png'].map((name) => join(pictures, name))
  // four captions in the toy's pairs, eight columns, pictures of 8 by 8
  expect(await decodePixels(first!)).toMatchObject({ width: 64, height: 32 })
  expect(readFileSync(first!).equals(readFileSync(last!))).toBe(false)
})

test('each of the first pictures gives one caption to draw, and none is drawn twice', () => {
  const pair = (sampleId: number, text: string) => ({ sampleId, text, path: '' })
  const pairs = [pair(1, 'a cat'), pair(1, 'one cat'), pair(2, 'a cat'), pair(3, 'a dog')]
  expect(drawnCaptions(pairs)).toEqual(['a cat', 'a dog'])
  const many = Array.from({ length: 20 }, (_, i) => pair(i, `picture ${i}`))
  expect(drawnCaptions(many)).toHaveLength(8)
})

test('a system that draws nothing writes no pictures', async () => {
  const run = folder()
  await trainToy({ folder: run, recipe: 'acmr', changes: { steps: 2, checkpointEvery: 0 } })
  expect(readdirSync(run)).not.toContain('pictures')
})
