import { beforeAll, expect, test } from 'vitest'
import { createCaptioner } from '../../../core/model/captioner.ts'
import { encodeText, rememberPicture } from '../../../core/model/text.ts'
import { attend, createDrop, type Drop } from '../../../core/model/layers.ts'
import { download, upload } from '../../../core/model/parameters.ts'
import { initialise } from '../../../core/model/initialise.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'
import { toyModel, toyShape } from '../objective/support.ts'

let runtime: Awaited<ReturnType<typeof startTensor>>
beforeAll(async () => void (runtime = await startTensor()))

const ids = () => tf.tensor2d([[2, 5, 6, 3, 0]], [1, 5], 'int32')
const seed = (value: number) => tf.tensor1d([value, 0], 'int32')
const ramp = (from: number, to: number, shape: number[]) =>
  tf.reshape(tf.linspace(from, to, tf.util.sizeFromShape(shape)), shape)
const values = (x: tf.Tensor) => [...x.dataSync()]

test('dropout is absent at rate 0, repeats with its seed, and changes with another', () => {
  expect(createDrop(0, seed(1))).toBeUndefined()
  const pass = (value: number) =>
    values(encodeText({ ...toyModel(), drop: createDrop(0.3, seed(value)) }, ids(), 'text'))
  expect(pass(1)).toEqual(pass(1))
  expect(pass(1)).not.toEqual(pass(2))
  expect(pass(1)).not.toEqual(values(encodeText(toyModel(), ids(), 'text')))
})

test('each dropout of a pass takes other random numbers', () => {
  const drop = createDrop(0.5, seed(1))!
  expect(values(drop(tf.ones([64])))).not.toEqual(values(drop(tf.ones([64]))))
})

test('attention with dropout on its weights is plain attention where nothing is dropped', () => {
  const heads = {
    query: ramp(-1, 1, [1, 2, 3, 4]),
    key: ramp(2, -1, [1, 2, 3, 4]),
  }
  const value = ramp(0, 1, [1, 2, 3, 4])
  const mask = tf.tensor4d([0, 0, -1e4], [1, 1, 1, 3])
  const plain = values(attend({ ...heads, value }, mask))
  const dropNothing: Drop = Object.assign((x: tf.Tensor) => x, { mark: () => () => dropNothing })
  values(attend({ ...heads, value }, mask, dropNothing)).forEach((item, i) => expect(item).toBeCloseTo(plain[i]!, 5))
})

test('padding changes nothing for the tokens before it, in any mode', () => {
  const model = toyModel()
  const picture = rememberPicture(model, ramp(-1, 1, [1, 5, 8]))
  for (const mode of ['text', 'matcher', 'decoder'] as const) {
    const states = values(encodeText(model, tf.tensor2d([[2, 5, 6, 3]], [1, 4], 'int32'), mode, picture))
    const padded = values(encodeText(model, ids(), mode, picture)).slice(0, states.length)
    padded.forEach((item, i) => expect(item).toBeCloseTo(states[i]!, 4))
  }
})

test('the decoder does not see what comes after a token, the encoder does', () => {
  const model = toyModel()
  const picture = rememberPicture(model, ramp(-1, 1, [1, 5, 8]))
  const first = (last: number, mode: 'matcher' | 'decoder') =>
    values(encodeText(model, tf.tensor2d([[2, 5, last]], [1, 3], 'int32'), mode, picture)).slice(0, 8)
  first(6, 'decoder').forEach((item, i) => expect(item).toBeCloseTo(first(7, 'decoder')[i]!, 5))
  expect(first(6, 'matcher').some((item, i) => Math.abs(item - first(7, 'matcher')[i]!) > 1e-3)).toBe(true)
})

test('parameters come back from the device as they went', async () => {
  const tensors = initialise(toyShape, 3)
  const parameters = upload(tensors)
  expect(await download(parameters)).toEqual(tensors)
  tf.dispose(parameters)
})

test('captioning leaves nothing behind on the device', async () => {
  const model = toyModel()
  const images = new Uint8Array(2 * 8 * 8 * 3).fill(90)
  const once = async () => {
    const captioner = createCaptioner(model, { batch: 2, beams: 2, length: 6 })
    await captioner.caption(images, { method: 'beam' })
    captioner.dispose()
  }
  await once()
  const before = { tensors: tf.memory().numTensors, handles: runtime.liveHandles() }
  for (let i = 0; i < 3; i++) await once()
  expect({ tensors: tf.memory().numTensors, handles: runtime.liveHandles() }).toEqual(before)
})
