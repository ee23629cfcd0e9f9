import { beforeAll, expect, test } from 'vitest'
import { unigramCrossEntropy } from '../../../core/evaluate/unigram.ts'
import { unigramLoss, writtenLoss } from '../../../core/evaluate/writtenLoss.ts'
import { cnnRnnMeasures } from '../../../core/model/cnnRnn/measure.ts'
import type { CnnRnnShape } from '../../../core/model/cnnRnn/shape.ts'
import { initialise, upload, type Shape } from '../../../core/model/index.ts'
import type { Write } from '../../../core/model/measure.ts'
import { nextTokenLoss } from '../../../core/objective/lm.ts'
import { decodePictures, type LoadedModel } from '../../../core/score/index.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'
import { createTokenizer } from '../../../core/text/tokenizer.ts'
import { toyPictures } from '../score/toy.ts'
import { cnnRnnToy } from '../train/systems/cnnRnnToys.ts'
import { vocabulary } from '../train/trainee.ts'

let pairs: Awaited<ReturnType<typeof toyPictures>>
let model: LoadedModel<Shape>
const write = cnnRnnMeasures.write as unknown as Write
const words = ['red', 'green', 'blue', 'gray']
beforeAll(async () => {
  await startTensor()
  pairs = (await toyPictures(5)).map((pair, i) => ({ ...pair, text: `a ${words[i % 4]}${i === 2 ? '' : ' picture'}` }))
  const shape: CnnRnnShape = cnnRnnToy({ kind: 'gru', fusion: 'concat' })
  const parameters = upload(initialise(shape, 2))
  model = { hash: '', name: 'toy', shape, parameters, tokenizer: createTokenizer(vocabulary) }
})

test('it is the mean over all tokens, whatever the batches and the length of the captions', async () => {
  const whole = await writtenLoss(model, write, pairs, { batch: 5 })
  expect(await writtenLoss(model, write, pairs, { batch: 2 })).toBeCloseTo(whole, 5)
  const { images } = await decodePictures(pairs, 8)
  const ids = model.tokenizer.encodeBatch(
    pairs.map(({ text }) => text),
    { length: 8, first: 'dec' },
  )
  const caption = tf.tensor2d(ids, [5, 8], 'int32')
  const seen = write.image(model, tf.tensor(images, [5, 8, 8, 3], 'int32'))
  const logits = write.logits(model, seen, tf.slice(caption, [0, 0], [5, 7]))
  expect(nextTokenLoss(logits, caption, { pad: 0, smoothing: 0 }).dataSync()[0]).toBeCloseTo(whole, 5)
})

test('a pair whose picture can not be read is left out', async () => {
  const more = [...pairs, { sampleId: 9, path: '/nowhere.png', text: 'a red picture' }]
  expect(await writtenLoss(model, write, more)).toBeCloseTo(await writtenLoss(model, write, pairs), 5)
  expect(await writtenLoss(model, write, more.slice(5))).toBe(0)
})

test('the unigram baseline counts the same tokens', () => {
  const captions = { training: ['a red picture'], heldOut: ['a red'] }
  const { a, red, picture, sep } = idsOf({ a: 'a', red: 'red', picture: 'picture', sep: '[SEP]' })
  const expected = unigramCrossEntropy([[a!, red!, picture!, sep!]], [[a!, red!, sep!]], vocabulary.length)
  expect(unigramLoss(model.tokenizer, 8, captions)).toBeCloseTo(expected, 10)
})

const idsOf = (tokens: Record<string, string>) =>
  Object.fromEntries(Object.entries(tokens).map(([name, token]) => [name, vocabulary.indexOf(token)]))
