import { expect, test } from 'vitest'
import { Fault } from '../../../core/contract/fault.ts'
import { specialTokenText } from '../../../core/text/vocabulary.ts'
import { createTokenizer } from '../../../core/text/tokenizer.ts'
import { createBatches, type BatchOptions } from '../../../core/train/batches.ts'
import { createPictureLoader, type PictureLoader } from '../../../core/train/pictures.ts'

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
  pictures: createPictureLoader({ decode, size }),
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
  // copies: the memory of a batch may be taken for a later one
  const first = structuredClone(await unbroken.next())
  const second = structuredClone(await unbroken.next())
  const third = structuredClone(await unbroken.next())
  const resumed = createBatches(options({ start: first.after }))
  expect(await resumed.next()).toEqual(second)
  expect(await resumed.next()).toEqual(third)
})

test('an unreadable picture is reported once and its place taken by the next pair', async () => {
  const faults: string[] = []
  const pictures = createPictureLoader({
    decode: async (path) =>
      path === '3.png' ? Promise.reject(new Fault('image-unreadable', 'Cut off.')) : decode(path),
    size,
  })
  const onFault = (path: string, fault: Fault) => faults.push(`${path} ${fault.code}`)
  const batches = createBatches(options({ pictures, batchSize: 8, onFault }))
  for (let epoch = 0; epoch < 3; epoch++) {
    const { sampleIds, images } = await batches.next()
    expect(sampleIds.includes(103)).toBe(false)
    expect(sampleIds.filter((id) => id === 104)).toHaveLength(2)
    for (let row = 0; row < 8; row++) expect(images[row * size * size * 3]).toBe(sampleIds[row]! - 100)
  }
  expect(faults).toEqual(['3.png image-unreadable'])
})

test('ends with a fault when nothing can be read', async () => {
  const pictures = createPictureLoader({ decode: () => Promise.reject(new Error('no')), size })
  await expect(createBatches(options({ pictures })).next()).rejects.toThrow('Not one of the pictures')
})

test('prepares some batches ahead, and no more', async () => {
  let begun = 0
  const pictures = createPictureLoader({ decode, size })
  const counting: PictureLoader = { ...pictures, fill: (images, wanted) => (begun++, pictures.fill(images, wanted)) }
  const batches = createBatches(options({ pictures: counting }))
  expect(begun).toBe(0)
  for (let taken = 1; taken <= 3; taken++) {
    await batches.next()
    expect(begun).toBe(taken + 4)
  }
})

test('gives the same batches when pictures come late and out of order', async () => {
  const late = async (path: string) => {
    await new Promise((resolve) => setTimeout(resolve, 10 - Number.parseInt(path, 10)))
    return decode(path)
  }
  const [quick, slow] = [decode, late].map((by) =>
    createBatches(options({ pictures: createPictureLoader({ decode: by, size }) })),
  )
  for (let step = 0; step < 5; step++) expect(await slow!.next()).toEqual(await quick!.next())
})

test('says how long its callers have waited', async () => {
  const late = (path: string) => new Promise<Uint8Array>((resolve) => setTimeout(() => resolve(decode(path)), 30))
  const batches = createBatches(options({ pictures: createPictureLoader({ decode: late, size }) }))
  expect(batches.waited()).toBe(0)
  await batches.next()
  const first = batches.waited()
  expect(first).toBeGreaterThan(25)
  await new Promise((resolve) => setTimeout(resolve, 200))
  await batches.next()
  expect(batches.waited() - first).toBeLessThan(first)
})
