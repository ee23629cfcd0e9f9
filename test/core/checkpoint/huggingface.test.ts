import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exportHuggingFace, importHuggingFace, readSafetensors, type Layout } from '../../../core/checkpoint/index.ts'
import { initialise } from '../../../core/model/initialise.ts'
import { goldenFolder } from '../model/golden.ts'
import { temporaryFolder, toyShape, toyVocabulary } from './support.ts'

async function exported(layout: Layout) {
  const folder = join(temporaryFolder(), layout)
  const tensors = initialise(toyShape, 5)
  await exportHuggingFace(folder, { shape: toyShape, tensors, vocabulary: toyVocabulary, layout })
  return { folder, tensors }
}

describe.each(['retrieval', 'captioning'] as const)('the %s layout', (layout) => {
  test('is read back as it was written', async () => {
    const { folder, tensors } = await exported(layout)
    const read = await importHuggingFace(folder)
    expect(read.shape).toEqual({ ...toyShape, name: 'imported' })
    expect(read.vocabulary).toEqual(toyVocabulary)
    for (const [name, tensor] of Object.entries(read.tensors)) expect(tensor).toEqual(tensors[name])
    expect([...Object.keys(read.tensors), ...read.missing].sort()).toEqual(Object.keys(tensors).sort())
  })

  test('has the tensor names and shapes that transformers writes', async () => {
    const theirs = await readSafetensors(join(goldenFolder, layout, 'model.safetensors'))
    const read = await importHuggingFace(join(goldenFolder, layout))
    const folder = join(temporaryFolder(), layout)
    const tensors = { ...initialise(read.shape, 1), ...read.tensors }
    await exportHuggingFace(folder, { ...read, tensors })
    expect(await readSafetensors(join(folder, 'model.safetensors'))).toEqual(theirs)
  })

  test('says heads, epsilons, activation and special ids in full', async () => {
    const { folder } = await exported(layout)
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))
    expect(config.text_config).toMatchObject({ num_attention_heads: 2, layer_norm_eps: 1e-12, hidden_act: 'gelu' })
    expect(config.text_config).toMatchObject({ bos_token_id: 10, sep_token_id: 3, pad_token_id: 0, is_decoder: true })
    expect(config.vision_config).toMatchObject({ num_attention_heads: 2, layer_norm_eps: 1e-6, hidden_act: 'gelu' })
  })
})

describe('a published folder is refused', () => {
  interface Config {
    architectures: string[]
    image_text_hidden_size: number
    text_config: Record<string, unknown>
  }
  function changed(edit: (config: Config) => void): string {
    const folder = temporaryFolder()
    cpSync(join(goldenFolder, 'retrieval'), folder, { recursive: true })
    const path = join(folder, 'config.json')
    const config = JSON.parse(readFileSync(path, 'utf8'))
    edit(config)
    writeFileSync(path, JSON.stringify(config))
    return folder
  }

  const unsupported = { code: 'model-unsupported' }
  test('when it is another kind of model', async () => {
    const folder = changed((config) => void (config.architectures = ['BlipForQuestionAnswering']))
    await expect(importHuggingFace(folder)).rejects.toMatchObject(unsupported)
  })

  test('when it uses another activation', async () => {
    const folder = changed((config) => void (config.text_config['hidden_act'] = 'relu'))
    await expect(importHuggingFace(folder)).rejects.toMatchObject(unsupported)
  })

  test('when its vocabulary has another size', async () => {
    const folder = changed((config) => void (config.text_config['vocab_size'] = 99))
    await expect(importHuggingFace(folder)).rejects.toMatchObject(unsupported)
  })

  test('when a tensor has another shape than its configuration says', async () => {
    const folder = changed((config) => void (config.image_text_hidden_size = 13))
    await expect(importHuggingFace(folder)).rejects.toMatchObject({
      code: 'parameter-shape',
      message: 'The tensor vision_proj.weight should be [13, 24] but is [12, 24].',
    })
  })
})
