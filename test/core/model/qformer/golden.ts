import { importBlip2 } from '../../../../core/checkpoint/blip2.ts'
import { readSafetensors } from '../../../../core/checkpoint/safetensors.ts'
import { upload, type HostTensors } from '../../../../core/model/parameters.ts'
import { tf } from '../../../../core/tensor/index.ts'
import { goldenFolder } from '../golden.ts'

/** The published Q-Former of random weights, the captioning head beside it, and what scripts/golden/make_blip2.py recorded. */
export async function loadQFormer() {
  const folder = `${goldenFolder}blip2`
  const { shape, tensors } = await importBlip2(folder)
  const expected = await readSafetensors(`${folder}/expected.safetensors`)
  const rest: HostTensors = { temp: expected['temp']! }
  for (const [name, tensor] of Object.entries(expected)) {
    if (name.startsWith('head.')) rest[name.slice('head.'.length)] = tensor
  }
  const model = { shape, parameters: upload({ ...tensors, ...rest }) }
  const input = (name: string) => tf.tensor(Array.from(expected[name]!.data), expected[name]!.shape, 'int32')
  return { model, expected, input }
}

/** int32 [B, L] with another token at the front of each row. */
export function begunWith(ids: tf.Tensor, token: number): tf.Tensor {
  const [batch, length] = ids.shape as [number, number]
  return tf.concat([tf.fill([batch, 1], token, 'int32'), tf.slice(ids, [0, 1], [batch, length - 1])], 1)
}
