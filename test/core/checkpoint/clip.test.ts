import { createHash } from 'node:crypto'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exportClip, importClip } from '../../../core/checkpoint/clip.ts'
import { readSafetensors } from '../../../core/checkpoint/safetensors.ts'
import { logitBiasName } from '../../../core/model/clip/names.ts'
import { exportedClip, ourClipOutputs } from '../../../scripts/golden/exportedClip.ts'
import { clipGoldenFolder } from '../model/clip/golden.ts'
import { goldenJson } from '../model/golden.ts'
import { temporaryFolder } from './support.ts'

/** Written by scripts/golden/check_clip_export.py, which loaded our export with transformers. */
const recorded: { outputs: Record<string, number[]>; files: Record<string, string> } = goldenJson('clip-export.json')

describe('an exported CLIP model', () => {
  test('has the files that transformers loaded', async () => {
    const folder = temporaryFolder()
    await exportClip(folder, exportedClip())
    const hash = (name: string) =>
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')
    // If this fails on purpose, run scripts/golden/check_clip_export.py again.
    expect(Object.fromEntries(Object.keys(recorded.files).map((name) => [name, hash(name)]))).toEqual(recorded.files)
  })

  test('gives what transformers computed from those files', async () => {
    const ours: Record<string, number[]> = await ourClipOutputs()
    expect(Object.keys(ours).sort()).toEqual(Object.keys(recorded.outputs).sort())
    for (const [name, values] of Object.entries(ours)) {
      const theirs = recorded.outputs[name]!
      expect(values).toHaveLength(theirs.length)
      const worst = Math.max(...values.map((value, i) => Math.abs(value - theirs[i]!)))
      expect({ name, close: worst < 1e-4 }).toEqual({ name, close: true })
    }
  })

  test('is read back as it was written, but for the bias', async () => {
    const folder = temporaryFolder()
    const { shape, tensors, vocabulary } = exportedClip()
    await exportClip(folder, { shape, tensors, vocabulary })
    const read = await importClip(folder)
    expect(read.shape).toEqual({ ...shape, name: 'imported' })
    expect(read.vocabulary).toEqual(vocabulary)
    expect(read.missing).toEqual([logitBiasName])
    const { [logitBiasName]: _, ...rest } = tensors
    expect(read.tensors).toEqual(rest)
  })

  test('has the tensor names and shapes that transformers writes', async () => {
    const theirs = await readSafetensors(join(clipGoldenFolder, 'model.safetensors'))
    const folder = temporaryFolder()
    await exportClip(folder, await importClip(clipGoldenFolder))
    expect(await readSafetensors(join(folder, 'model.safetensors'))).toEqual(theirs)
  })
})

describe('a published CLIP folder', () => {
  interface Config {
    model_type: string
    projection_dim: number
    text_config: Record<string, unknown>
  }
  function changed(edit: (config: Config) => void): string {
    const folder = temporaryFolder()
    cpSync(clipGoldenFolder, folder, { recursive: true })
    const path = join(folder, 'config.json')
    const config = JSON.parse(readFileSync(path, 'utf8'))
    edit(config)
    writeFileSync(path, JSON.stringify(config))
    return folder
  }
  const unsupported = { code: 'model-unsupported' }

  test('is read at the highest id where it says that texts end with token 2', async () => {
    const { shape } = await importClip(changed((config) => void (config.text_config['eos_token_id'] = 2)))
    expect(shape.text.pool).toBe('highest')
  })

  test('is refused when it is another kind of model', async () => {
    await expect(importClip(changed((config) => void (config.model_type = 'siglip')))).rejects.toMatchObject(
      unsupported,
    )
  })

  test('is refused when it uses an activation we lack', async () => {
    const folder = changed((config) => void (config.text_config['hidden_act'] = 'relu'))
    await expect(importClip(folder)).rejects.toMatchObject(unsupported)
  })

  test('is refused when its texts end with another token than [SEP]', async () => {
    const folder = changed((config) => void (config.text_config['eos_token_id'] = 7))
    await expect(importClip(folder)).rejects.toMatchObject(unsupported)
  })

  test('is refused when its vocabulary has another size', async () => {
    const folder = changed((config) => void (config.text_config['vocab_size'] = 99))
    await expect(importClip(folder)).rejects.toMatchObject(unsupported)
  })

  test('is refused when its texts are cut by another tokenizer', async () => {
    const folder = changed(() => {})
    writeFileSync(
      join(folder, 'tokenizer.json'),
      JSON.stringify({ model: { vocab: { '<|startoftext|>': 0, '<|endoftext|>': 1 } } }),
    )
    await expect(importClip(folder)).rejects.toMatchObject(unsupported)
  })

  test('is refused when a tensor has another shape than its configuration says', async () => {
    await expect(importClip(changed((config) => void (config.projection_dim = 13)))).rejects.toMatchObject({
      code: 'parameter-shape',
      message: 'The tensor visual_projection.weight should be [13, 24] but is [12, 24].',
    })
  })
})

test('a ResNet is not exported as what transformers would misread', async () => {
  const { shape, ...rest } = exportedClip()
  const image = { kind: 'resnet' as const, size: 32, widths: [8], blocks: 1, groups: 4, heads: 2 }
  await expect(exportClip(temporaryFolder(), { ...rest, shape: { ...shape, image } })).rejects.toMatchObject({
    code: 'model-unsupported',
  })
})
