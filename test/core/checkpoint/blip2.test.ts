import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportBlip2, importBlip2 } from '../../../core/checkpoint/blip2.ts'
import { readSafetensors } from '../../../core/checkpoint/safetensors.ts'
import { completeParameters, initialise } from '../../../core/model/initialise.ts'
import { checkParameters } from '../../../core/model/parameters.ts'
import { qformerShape } from '../../../core/model/qformer/shape.ts'
import { goldenFolder } from '../model/golden.ts'
import { temporaryFolder, toyVocabulary } from './support.ts'

const shape = qformerShape.parse({
  name: 'toy',
  family: 'qformer',
  image: { size: 8, patch: 4, width: 8, depth: 1, heads: 2, inner: 16 },
  text: {
    vocabularySize: toyVocabulary.length,
    tokens: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4, dec: 10, enc: 11 },
    width: 8,
    depth: 3,
    heads: 2,
    inner: 16,
    context: 8,
    dropout: 0,
  },
  queries: 2,
  crossFrequency: 2,
  embed: 4,
})

async function exported() {
  const folder = join(temporaryFolder(), 'model')
  const tensors = initialise(shape, 5)
  await exportBlip2(folder, { shape, tensors, vocabulary: toyVocabulary })
  return { folder, tensors }
}

/** Changes a published folder's configuration or other files. */
function changed(
  source: string,
  edit: (folder: string, config: Record<string, Record<string, unknown>>) => void,
): string {
  const folder = temporaryFolder()
  cpSync(source, folder, { recursive: true })
  const path = join(folder, 'config.json')
  const config = JSON.parse(readFileSync(path, 'utf8'))
  edit(folder, config)
  writeFileSync(path, JSON.stringify(config))
  return folder
}

test('a Q-Former is read back as it was written, without its captioning head and temperature', async () => {
  const { folder, tensors } = await exported()
  const read = await importBlip2(folder)
  expect(read.shape).toEqual({ ...shape, name: 'imported' })
  expect(read.vocabulary).toEqual(toyVocabulary)
  for (const [name, tensor] of Object.entries(read.tensors)) expect(tensor).toEqual(tensors[name])
  expect(read.missing.sort()).toEqual([
    'cls.predictions.bias',
    'cls.predictions.transform.LayerNorm.bias',
    'cls.predictions.transform.LayerNorm.weight',
    'cls.predictions.transform.dense.bias',
    'cls.predictions.transform.dense.weight',
    'temp',
  ])
  checkParameters(read.shape, completeParameters(read.shape, read.tensors, 1))
})

test('only every second layer looks at the picture, and each has two feed-forward blocks', async () => {
  const { folder } = await exported()
  const names = Object.keys(await readSafetensors(join(folder, 'model.safetensors')))
  const crossing = names.filter((name) => name.endsWith('crossattention.attention.key.weight'))
  expect(crossing).toEqual([0, 2].map((i) => `qformer.encoder.layer.${i}.crossattention.attention.key.weight`))
  for (const block of ['output', 'output_query'])
    expect(names).toContain(`qformer.encoder.layer.1.${block}.dense.weight`)
})

test('the tensor names and shapes are those that transformers writes', async () => {
  const source = `${goldenFolder}blip2`
  const read = await importBlip2(source)
  const folder = join(temporaryFolder(), 'model')
  await exportBlip2(folder, { ...read, tensors: completeParameters(read.shape, read.tensors, 1) })
  const theirs = await readSafetensors(join(source, 'model.safetensors'))
  expect(await readSafetensors(join(folder, 'model.safetensors'))).toEqual(theirs)
})

test('a published vocabulary that ends with [DEC] gets [ENC], with an embedding of zeros', async () => {
  const { folder, tensors } = await exported()
  const words = tensors['embeddings.word_embeddings.weight']!
  const shorter = { ...shape, text: { ...shape.text, vocabularySize: 11 } }
  const cut = { ...tensors, 'embeddings.word_embeddings.weight': { shape: [11, 8], data: words.data.slice(0, 88) } }
  await exportBlip2(folder, { shape: shorter, tensors: cut, vocabulary: toyVocabulary.slice(0, 11) })
  // as processors leave it behind, with a token for pictures that has no embedding
  writeFileSync(join(folder, 'vocab.txt'), [...toyVocabulary.slice(0, 11), '<image>'].join('\n'))
  const read = await importBlip2(folder)
  expect(read.vocabulary).toEqual(toyVocabulary)
  const { shape: dims, data } = read.tensors['embeddings.word_embeddings.weight']!
  expect(dims).toEqual([12, 8])
  expect([...data.slice(0, 88)]).toEqual([...words.data.slice(0, 88)])
  expect([...data.slice(88)]).toEqual(new Array(8).fill(0))
})

const unsupported = { code: 'model-unsupported' }

test('a folder whose text has no feed-forward blocks is refused', async () => {
  const { folder } = await exported()
  const other = changed(folder, (_, config) => delete config['qformer_config']!['use_qformer_text_input'])
  await expect(importBlip2(other)).rejects.toMatchObject(unsupported)
})

test('a folder with more word embeddings than tokens is refused', async () => {
  const { folder } = await exported()
  const other = changed(folder, (_, config) => (config['qformer_config']!['vocab_size'] = 20))
  await expect(importBlip2(other)).rejects.toMatchObject(unsupported)
})

test('a folder with a tensor of another shape is refused by its name', async () => {
  const { folder } = await exported()
  const other = changed(folder, (_, config) => ((config as Record<string, unknown>)['num_query_tokens'] = 3))
  await expect(importBlip2(other)).rejects.toMatchObject({
    code: 'parameter-shape',
    message: 'The tensor query_tokens should be [1, 3, 8] but is [1, 2, 8].',
  })
})
