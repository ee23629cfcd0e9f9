import { beforeAll, expect, test } from 'vitest'
import { encodeImages, imageFeature, matchLogits, rememberPicture, textFeature } from '../../../core/model/index.ts'
import {
  closeModel,
  createJudge,
  createWriter,
  decodePictures,
  openModel,
  type LoadedModel,
} from '../../../core/score/index.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'
import { toyCheckpoint, toyPictures } from './toy.ts'

let model: LoadedModel
let pictures: Awaited<ReturnType<typeof toyPictures>>
let images: Uint8Array
beforeAll(async () => {
  model = await openModel(await toyCheckpoint())
  pictures = await toyPictures(5)
  images = (await decodePictures(pictures, 8)).images
})

/** The same numbers without capture, padding or batches. */
function plainly(row: number, text: string) {
  return tf.tidy(() => {
    const tokens = encodeImages(
      model,
      tf.tensor4d(Int32Array.from(images.subarray(row * 192, (row + 1) * 192)), [1, 8, 8, 3], 'int32'),
    )
    const ids = (first: 'cls' | 'enc') =>
      tf.tensor2d([model.tokenizer.encode(text, { maxLength: 8, first })], undefined, 'int32')
    const logits = matchLogits(model, rememberPicture(model, tokens), ids('enc'))
    const cosine = tf.sum(tf.mul(imageFeature(model, tokens), textFeature(model, ids('cls'))))
    return { itm: tf.softmax(logits).dataSync()[1]!, itmLogit: logits.dataSync()[1]!, itc: cosine.dataSync()[0]! }
  })
}

test('scores equal those of the model run plainly, whatever the batch and its padding', async () => {
  const judge = createJudge(model, { batch: 8 })
  await judge.look(images)
  const questions = [0, 1, 2, 3, 4].flatMap((row) => [
    { row, text: 'a red picture' },
    { row, text: 'blue' },
  ])
  const judgements = await judge.judge(questions)
  questions.forEach(({ row, text }, index) => {
    const expected = plainly(row, text)
    expect(judgements[index]!.itm).toBeCloseTo(expected.itm, 5)
    expect(judgements[index]!.itmLogit).toBeCloseTo(expected.itmLogit, 5)
    expect(judgements[index]!.itc).toBeCloseTo(expected.itc, 5)
  })
  judge.dispose()
})

test('features are unit vectors, and their product is the cosine that is judged', async () => {
  const judge = createJudge(model, { batch: 4 })
  const image = await judge.look(images.subarray(0, 192))
  const text = await judge.read(['a green picture'])
  const dot = image.reduce((sum, value, index) => sum + value * text[index]!, 0)
  expect(Math.hypot(...image)).toBeCloseTo(1, 5)
  expect((await judge.judge([{ row: 0, text: 'a green picture' }]))[0]!.itc).toBeCloseTo(dot, 5)
  judge.dispose()
})

test('judges pictures that a writer of the same model has looked at as its own', async () => {
  const decoding = { kind: 'beam', beams: 2 } as const
  const writer = createWriter(model, { decoding, prompt: '', minLength: 4, maxLength: 8, batch: 5 })
  await writer.write(images, [1, 2, 3, 4, 5])
  const [sharing, own] = [createJudge(model, { batch: 3, memory: writer.memory }), createJudge(model, { batch: 5 })]
  await own.look(images)
  const questions = [4, 0, 2].map((row) => ({ row, text: 'a red picture' }))
  const [shared, plain] = [await sharing.judge(questions), await own.judge(questions)]
  shared.forEach(({ itm, itc }, index) => {
    expect(itm).toBeCloseTo(plain[index]!.itm, 5)
    expect(itc).toBeCloseTo(plain[index]!.itc, 5)
  })
  for (const each of [sharing, own, writer]) each.dispose()
})

test('scores of captions of very different length do not depend on what they are judged with', async () => {
  const judge = createJudge(model, { batch: 2 })
  await judge.look(images.subarray(0, 384))
  const texts = ['red', 'a red picture', 'a blue picture of a red picture of a green one', 'blue']
  const together = await judge.judge(texts.map((text, index) => ({ row: index % 2, text })))
  for (const [index, text] of texts.entries()) {
    const [alone] = await judge.judge([{ row: index % 2, text }])
    expect(alone!.itmLogit).toBeCloseTo(together[index]!.itmLogit, 5)
    expect(alone!.itc).toBeCloseTo(together[index]!.itc, 5)
  }
  judge.dispose()
})

test('sets unreadable pictures aside with their fault', async () => {
  const {
    items,
    images: some,
    faults,
  } = await decodePictures([pictures[0]!, { ...pictures[1]!, path: '/nowhere.png' }, pictures[2]!], 8)
  expect(items.map(({ sampleId }) => sampleId)).toEqual([1, 3])
  expect(some.length).toBe(2 * 192)
  expect(faults.map(({ fault }) => fault.code)).toEqual(['not-found'])
})

test('frees everything it made', async () => {
  const runtime = await startTensor()
  const once = async () => {
    const other = await openModel(await toyCheckpoint())
    const judge = createJudge(other, { batch: 2 })
    await judge.look(images.subarray(0, 192))
    await judge.judge([{ row: 0, text: 'red' }])
    judge.dispose()
    closeModel(other)
    await new Promise((resolve) => setTimeout(resolve, 50))
    return { tensors: tf.memory().numTensors, handles: runtime.liveHandles() }
  }
  const first = await once()
  expect(await once()).toEqual(first)
})
