import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportBlip2, exportHuggingFace } from '../../../core/checkpoint/index.ts'
import { exportedModel, ourOutputs } from '../../../scripts/golden/exportedModel.ts'
import { exportedQFormer, qformerOutputs } from '../../../scripts/golden/exportedQFormer.ts'
import { goldenJson } from '../model/golden.ts'
import { temporaryFolder } from './support.ts'

/** Written by scripts/golden/check_export.py, which loaded our export with transformers. */
const recorded: { outputs: Record<string, number[]>; captions: string[]; files: Record<string, string> } =
  goldenJson('export.json')

test('the exported files are still those that transformers loaded', async () => {
  const folder = temporaryFolder()
  for (const layout of ['retrieval', 'captioning'] as const) {
    await exportHuggingFace(join(folder, layout), { ...exportedModel(), layout })
  }
  await exportBlip2(join(folder, 'blip2'), exportedQFormer())
  const hashes = Object.keys(recorded.files).map((name) => {
    return [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]
  })
  // If this fails on purpose, run scripts/golden/check_export.py again.
  expect(Object.fromEntries(hashes)).toEqual(recorded.files)
})

test('our outputs are those that transformers computed from the exported files', async () => {
  const { captions, ...blip } = await ourOutputs()
  const ours = { ...blip, ...(await qformerOutputs()) }
  expect(Object.keys(ours).sort()).toEqual(Object.keys(recorded.outputs).sort())
  for (const [name, values] of Object.entries(ours)) {
    const theirs = recorded.outputs[name]!
    expect(values).toHaveLength(theirs.length)
    const worst = Math.max(...values.map((value, i) => Math.abs(value - theirs[i]!)))
    expect({ name, close: worst < 1e-4 }).toEqual({ name, close: true })
  }
  expect(captions).toEqual(recorded.captions)
})
