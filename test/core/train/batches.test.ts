import { expect, test } from 'vitest'
import { Fault } from '../../../core/contract/fault.ts'
import { specialTokenText } from '../../../core/text/vocabulary.ts'
import { createTokenizer } from '../../../core/text/tokenizer.ts'
import { createBatches, type BatchOptions } from '../../../core/train/batches.ts'
import { createPictureSource } from '../../../core/train/pictures.ts'

const size = 4
const pairs = Array.from({ length: 8 }, (_, index) => ({
  sampleId: 100 + index,
  path: `${index}.png`,
  text: index % 2 ? 'a cat' : 'a dog',
}))
const decode = async (path: string) => new Uint8Array(size * size * 3).fill(Number.parseInt(path, 10))
const tokenizer = createTokenizer([...Object.values(specialTokenText), 'a', 'cat', 'dog', 'photo'])

const options = (over: Partial<BatchOptions> = {}): BatchOptions => ({
  pairs,
  pictures: createPictureSource({ decode, pictureBytes: size * size * 3 }),
  tokenizer,
  batchSize: 4,
  imageSize: size,
  textLength: 6,
  prompt: '',
  augmentation: { cropMinimum: 0.8, flip: 0.5 },
  start: { seed: 1, epoch: 0, position: 0 },
  ...over,
})

test('a batch holds each picture with its own text and ids', async () => {
  const { images, text, caption, sampleIds, captionIds } = await createBatches(options()).next()
  for (let row = 0; row < 4; row++) {
    const index = sampleIds[row]! - 100
    expect(images[row * size * size * 3]).toBe(index)
    expect(captionIds[row]).toBe(index % 2)
    const word = tokenizer.vocabulary.indexOf(index % 2 ? 'cat' : 'dog')
    const [pad, sep, a] = [tokenizer.ids.pad, tokenizer.ids.sep, tokenizer.vocabulary.indexOf('a')]
    expect([...text.subarray(row * 6, row * 6 + 6)]).toEqual([tokenizer.ids.cls, a, word, sep, pad, pad])
    expect(caption[row * 6]).toBe(tokenizer.ids.dec)
  }
})

test('a prompt stands before the caption only', async () => {
  const { text, caption } = await createBatches(options({ prompt: 'photo' })).next()
  const photo = tokenizer.vocabulary.indexOf('photo')
  expect(caption[1]).toBe(photo)
  expect(text.includes(photo)).toBe(false)
})

test('a caption worded otherwise is what the decoder learns; the text is what is matched', async () => {
  const other = pairs.map((pair) => ({ ...pair, caption: 'a photo' }))
  const { text, caption } = await createBatches(options({ pairs: other })).next()
  const photo = tokenizer.vocabulary.indexOf('photo')
  expect(caption.filter((id) => id === photo)).toHaveLength(4)
  expect(text.includes(photo)).toBe(false)
})

test('goes on exactly from the state after a batch', async () => {
  const unbroken = createBatches(options())
  const first = await unbroken.next()
  const second = await unbroken.next()
  const third = await unbroken.next()
  const resumed = createBatches(options({ start: first.after }))
  expect(await resumed.next()).toEqual(second)
  expect(await resumed.next()).toEqual(third)
})

test('an unreadable picture is reported once and its place taken by the next pair', async () => {
  const faults: string[] = []
  const pictures = createPictureSource({
    decode: async (path) =>
      path === '3.png' ? Promise.reject(new Fault('image-unreadable', 'Cut off.')) : decode(path),
    pictureBytes: size * size * 3,
    onFault: (path, fault) => faults.push(`${path} ${fault.code}`),
  })
  const batches = createBatches(options({ pictures, batchSize: 8 }))
  for (let epoch = 0; epoch < 3; epoch++) {
    const { sampleIds } = await batches.next()
    expect(sampleIds.includes(103)).toBe(false)
    expect(sampleIds.filter((id) => id === 104)).toHaveLength(2)
  }
  expect(faults).toEqual(['3.png image-unreadable'])
})

test('ends with a fault when nothing can be read', async () => {
  const pictures = createPictureSource({ decode: () => Promise.reject(new Error('no')), pictureBytes: 48 })
  await expect(createBatches(options({ pictures })).next()).rejects.toThrow('Not one of the pictures')
})

test('keeps decoded pictures up to the bound and no more', async () => {
  let decoded = 0
  const counting = async (path: string) => (decoded++, decode(path))
  const pictures = createPictureSource({ decode: counting, pictureBytes: 48, maximumBytes: 100 })
  for (const path of ['0', '1', '2', '0', '1', '2']) await pictures.read(path)
  expect(decoded).toBe(4)
})
