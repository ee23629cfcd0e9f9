import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { importHuggingFace } from '../../../core/checkpoint/huggingface.ts'
import { readSafetensors } from '../../../core/checkpoint/safetensors.ts'
import type { Model } from '../../../core/model/layers.ts'
import { upload, type HostTensor } from '../../../core/model/parameters.ts'
import { tf } from '../../../core/tensor/index.ts'

/** Where scripts/golden/make_blip.py put what transformers computed. */
export const goldenFolder = fileURLToPath(new URL('../../fixtures/golden/', import.meta.url))

/** A published model of random weights, loaded as ours, with the inputs and outputs that transformers recorded. */
export async function loadGolden(layout: 'retrieval' | 'captioning') {
  const folder = `${goldenFolder}${layout}`
  const { shape, tensors } = await importHuggingFace(folder)
  const expected = await readSafetensors(`${folder}/expected.safetensors`)
  const model = { shape, parameters: upload(tensors) } satisfies Model
  const input = (name: string, type: 'int32' | 'float32' = 'int32') =>
    tf.tensor(Array.from(expected[name]!.data), expected[name]!.shape, type)
  return { model, expected, input }
}

export function goldenJson(path: string) {
  return JSON.parse(readFileSync(goldenFolder + path, 'utf8'))
}

/** The largest difference between a tensor and what was recorded; infinite if their shapes differ. */
export async function distance(actual: tf.Tensor, expected: HostTensor): Promise<number> {
  if (actual.shape.join() !== expected.shape.join()) return Infinity
  const values = await actual.data<'float32'>()
  return values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected.data[i]!)), 0)
}
