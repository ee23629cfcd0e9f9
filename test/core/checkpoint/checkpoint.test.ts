import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  loadCheckpoint,
  loadOptimiser,
  loadParameters,
  loadState,
  verifyCheckpoint,
  writeCheckpoint,
} from '../../../core/checkpoint/index.ts'
import { initialise } from '../../../core/model/initialise.ts'
import { temporaryFolder, toyShape, toyVocabulary } from './support.ts'

const content = (seed = 1) => ({
  name: 'toy',
  shape: toyShape,
  vocabulary: toyVocabulary,
  parameters: initialise(toyShape, seed),
  optimiser: { 'm.temp': { shape: [], data: Float32Array.of(0.5) } },
  state: { epoch: 2, cursor: [1, 2] },
  recipe: { steps: 10 },
  step: 7,
  lineage: { run: 'r1' },
})

async function written(seed = 1) {
  const folder = join(temporaryFolder(), 'step-7')
  return { folder, ...(await writeCheckpoint(folder, content(seed))) }
}

test('a checkpoint holds all that training needs to go on', async () => {
  const { folder, hash } = await written()
  const loaded = await loadCheckpoint(folder)
  expect(loaded.tensors).toEqual(initialise(toyShape, 1))
  expect(loaded).toMatchObject({ hash, shape: toyShape, vocabulary: toyVocabulary })
  expect(loaded.manifest).toMatchObject({ step: 7, recipe: { steps: 10 }, lineage: { run: 'r1', parent: null } })
  expect(await loadOptimiser(folder)).toEqual(content().optimiser)
  expect(await loadState(folder)).toEqual(content().state)
})

test('its hash depends on its content alone', async () => {
  const [one, same, other] = [await written(), await written(), await written(2)]
  expect(one.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(same.hash).toBe(one.hash)
  expect(other.hash).not.toBe(one.hash)
})

test('a flipped bit in any file is found, and the file named', async () => {
  for (const name of ['model.safetensors', 'optimiser.safetensors', 'vocab.txt', 'state.json']) {
    const { folder } = await written()
    const bytes = readFileSync(join(folder, name))
    bytes[bytes.length - 3]! ^= 1
    writeFileSync(join(folder, name), bytes)
    const refused = { code: 'checkpoint-corrupt', subject: join(folder, name) }
    await expect(verifyCheckpoint(folder)).rejects.toMatchObject(refused)
    await expect(loadCheckpoint(folder)).rejects.toMatchObject(refused)
  }
})

test('a short or missing file is found, and the file named', async () => {
  const { folder } = await written()
  const path = join(folder, 'model.safetensors')
  truncateSync(path, 100)
  await expect(verifyCheckpoint(folder)).rejects.toMatchObject({ code: 'checkpoint-corrupt', subject: path })
  rmSync(path)
  await expect(verifyCheckpoint(folder)).rejects.toMatchObject({ code: 'checkpoint-corrupt', subject: path })
})

test('a manifest cannot name files outside its folder', async () => {
  const { folder } = await written()
  const path = join(folder, 'manifest.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace('"vocab.txt"', '"../vocab.txt"'))
  await expect(verifyCheckpoint(folder)).rejects.toMatchObject({ code: 'checkpoint-corrupt', subject: path })
})

test('a folder without a manifest is not a checkpoint', async () => {
  const folder = temporaryFolder()
  await expect(verifyCheckpoint(folder)).rejects.toMatchObject({ code: 'not-found' })
})

test('parameters of another shape are refused with the tensor, the expected and the given shape', async () => {
  const { folder } = await written()
  const wider = { ...toyShape, embed: 6 }
  await expect(loadParameters(folder, wider)).rejects.toMatchObject({
    code: 'parameter-shape',
    message: 'The tensor vision_proj.weight should be [6, 8] but is [4, 8].',
  })
})

test('writing again replaces the checkpoint and clears what an interrupted write left', async () => {
  const { folder } = await written()
  const parent = join(folder, '..')
  mkdirSync(join(parent, '.step-7.writing-1'))
  const { hash } = await writeCheckpoint(folder, content(2))
  expect((await verifyCheckpoint(folder)).hash).toBe(hash)
  expect(readdirSync(parent)).toEqual(['step-7'])
})

test('a failed write leaves the older checkpoint as it was', async () => {
  const { folder, hash } = await written()
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  await expect(writeCheckpoint(folder, { ...content(2), state: circular })).rejects.toThrow(/circular/)
  expect((await verifyCheckpoint(folder)).hash).toBe(hash)
  expect(readdirSync(join(folder, '..'))).toEqual(['step-7'])
})
