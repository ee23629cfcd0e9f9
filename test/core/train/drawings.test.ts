import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
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

test('a system that draws nothing writes no pictures', async () => {
  const run = folder()
  await trainToy({ folder: run, recipe: 'acmr', changes: { steps: 2, checkpointEvery: 0 } })
  expect(readdirSync(run)).not.toContain('pictures')
})
