import { beforeAll, expect, test } from 'vitest'
import { measuresOf } from '../../../../core/model/measures.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { distance } from '../golden.ts'
import { begunWith, loadQFormer } from './golden.ts'

let golden: Awaited<ReturnType<typeof loadQFormer>>
beforeAll(async () => {
  await startTensor()
  golden = await loadQFormer()
})

test('matches pictures and texts by the cosine that transformers gives', async () => {
  const { model, input, expected } = golden
  const { match } = measuresOf(model.shape)
  const kept = match!.image(model, input('images'))
  const cosine = match!.similarities(model, kept, match!.text(model, input('ids')))
  expect(await distance(cosine, expected['cosine']!)).toBeLessThan(1e-5)
})

test('writes from what it kept of the pictures; the order of layers matters', async () => {
  const { model, input, expected } = golden
  const { write } = measuresOf(model.shape)
  const kept = write!.image(model, input('images'))
  expect(kept).toHaveLength(2 * model.shape.text.depth)
  const begun = begunWith(input('ids'), model.shape.text.tokens.dec)
  const wanted = expected['caption_logits']!
  const row = (x: tf.Tensor) => tf.slice(x, [0, 0, 0], [1, -1, -1]) // the first text has no padding
  const theirs = row(tf.tensor(wanted.data, wanted.shape))
  const data = Float32Array.from(await theirs.data<'float32'>())
  const recorded = { shape: theirs.shape, data }
  expect(await distance(row(write!.logits(model, kept, begun)), recorded)).toBeLessThan(1e-4)
  expect(await distance(row(write!.logits(model, [...kept].reverse(), begun)), recorded)).toBeGreaterThan(0.1)
})
