import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
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

/** The largest difference between a tensor and what was recorded is within a tolerance. */
export async function expectClose(actual: tf.Tensor, expected: HostTensor, tolerance = 1e-4): Promise<void> {
  expect(actual.shape).toEqual(expected.shape)
  const values = await actual.data()
  let worst = 0
  for (let i = 0; i < values.length; i++) worst = Math.max(worst, Math.abs(values[i]! - expected.data[i]!))
  expect(worst).toBeLessThan(tolerance)
}
