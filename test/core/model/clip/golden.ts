import { importClip } from '../../../../core/checkpoint/clip.ts'
import { readSafetensors } from '../../../../core/checkpoint/safetensors.ts'
import type { ClipModel } from '../../../../core/model/clip/block.ts'
import { logitBiasName } from '../../../../core/model/clip/names.ts'
import { upload } from '../../../../core/model/parameters.ts'
import { tf } from '../../../../core/tensor/index.ts'
import { goldenFolder } from '../golden.ts'

export const clipGoldenFolder = `${goldenFolder}clip`

/** The CLIPModel of scripts/golden/make_clip.py, loaded as ours, with what transformers recorded. */
export async function loadClipGolden() {
  const { shape, tensors } = await importClip(clipGoldenFolder)
  const expected = await readSafetensors(`${clipGoldenFolder}/expected.safetensors`)
  const parameters = upload({ ...tensors, [logitBiasName]: { shape: [], data: Float32Array.of(-10) } })
  const input = (name: string) => tf.tensor(Array.from(expected[name]!.data), expected[name]!.shape, 'int32')
  return { model: { shape, parameters } satisfies ClipModel, published: Object.keys(tensors), expected, input }
}
