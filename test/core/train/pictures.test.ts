import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { Fault } from '../../../core/contract/fault.ts'
import { decodeRgb } from '../../../core/image/decode.ts'
import { openResizedCache } from '../../../core/image/resized.ts'
import { createTokenizer } from '../../../core/text/tokenizer.ts'
import { specialTokenText } from '../../../core/text/vocabulary.ts'
import { changeOf } from '../../../core/train/augment.ts'
import { createBatches, type Batch } from '../../../core/train/batches.ts'
import { startPictureLoader } from '../../../core/train/pictures-host.ts'
import { createPictureLoader, type PictureLoader, type WantedPicture } from '../../../core/train/pictures.ts'
import type { SamplerState } from '../../../core/train/sampler.ts'
import { scratch } from '../../support/data.ts'

const size = 16
const pictureBytes = size * size * 3

/** Files of noise that differ from each other. */
async function noisyPictures(count: number): Promise<string[]> {
  const folder = scratch()
  const paths = Array.from({ length: count }, (_, index) => join(folder, `${index}.jpg`))
  for (const path of paths) {
    const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const
    await sharp({ create: { width: 40, height: 30, channels: 3, background: '#808080', noise } }).toFile(path)
  }
  return paths
}

const wantedOf = (paths: string[], epoch = 0): WantedPicture[] =>
  paths.map((path, row) => ({ row, path, change: changeOf(1, epoch, row, { cropMinimum: 0.5, flip: 0.5 }) }))

async function fill(loader: PictureLoader, paths: string[], epoch = 0): Promise<Uint8Array> {
  const { images, faults } = await loader.fill(new Uint8Array(paths.length * pictureBytes), wantedOf(paths, epoch))
  expect(faults).toEqual([])
  return images
}

test('a thread of its own gives the same bytes as loading here, decoded or kept', async () => {
  const paths = await noisyPictures(6)
  const here = createPictureLoader({ decode: (path) => decodeRgb(path, size), size })
  const cache = scratch()
  const [first, second] = [await fill(here, paths), await fill(here, paths, 1)]
  expect(second).not.toEqual(first)
  for (const life of ['decodes', 'finds them kept']) {
    const thread = startPictureLoader({ size, cache })
    onTestFinished(() => thread.close())
    expect([life, await fill(thread, paths), await fill(thread, paths, 1)]).toEqual([life, first, second])
    await thread.close()
  }
})

test('the second run with a cache decodes nothing, and sees a picture that was changed meanwhile', async () => {
  const [one, two] = (await noisyPictures(2)) as [string, string]
  const folder = scratch()
  const decoded: string[] = []
  const run = async () => {
    decoded.length = 0
    const cache = openResizedCache({ folder, size })
    const decode = (path: string) => (decoded.push(path), decodeRgb(path, size))
    const loader = createPictureLoader({ decode, size, cache })
    const images = await fill(loader, [one, two, one])
    await loader.close()
    return images
  }
  const first = await run()
  expect(decoded).toEqual([one, two])
  expect(await run()).toEqual(first)
  expect(decoded).toEqual([])
  utimesSync(two, 1, 1)
  expect(await run()).toEqual(first)
  expect(decoded).toEqual([two])
})

test('what finds no room on disk is kept in memory, up to the bound', async () => {
  const decoded: string[] = []
  const decode = async (path: string) => (decoded.push(path), new Uint8Array(pictureBytes))
  const loader = createPictureLoader({ decode, size, maximumBytes: 2 * pictureBytes })
  for (let time = 0; time < 3; time++) await fill(loader, ['a', 'b', 'c'])
  expect(decoded).toEqual(['a', 'b', 'c', 'c', 'c'])
})

test('decodes no more pictures at a time than it may, in the order asked for', async () => {
  let running = 0
  let most = 0
  const order: string[] = []
  const decode = async (path: string) => {
    order.push(path)
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 2))
    running--
    return new Uint8Array(pictureBytes)
  }
  const loader = createPictureLoader({ decode, size, width: 3 })
  await Promise.all([fill(loader, ['a', 'b', 'c', 'd', 'e']), fill(loader, ['f', 'g'])])
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  expect(most).toBe(3)
})

test('a bad picture leaves its row to the caller and does not disturb the others', async () => {
  const paths = await noisyPictures(3)
  writeFileSync(paths[1]!, 'no picture')
  rmSync(paths[2]!)
  const thread = startPictureLoader({ size, cache: scratch() })
  onTestFinished(() => thread.close())
  const { images, faults } = await thread.fill(new Uint8Array(3 * pictureBytes), wantedOf(paths))
  expect(faults.map(({ row, fault }) => [row, fault instanceof Fault, fault.code, fault.subject])).toEqual([
    [1, true, 'picture-format', paths[1]],
    [2, true, 'not-found', paths[2]],
  ])
  const here = createPictureLoader({ decode: (path) => decodeRgb(path, size), size })
  expect(images.subarray(0, pictureBytes)).toEqual(await fill(here, [paths[0]!]))
})

test('can be closed while it works; what is asked for then is refused', async () => {
  const paths = await noisyPictures(8)
  const thread = startPictureLoader({ size, cache: scratch() })
  const pending = thread.fill(new Uint8Array(8 * pictureBytes), wantedOf(paths))
  const outcome = pending.then(
    () => 'filled',
    (error: Fault) => error.code,
  )
  await thread.close()
  expect(['filled', 'cancelled']).toContain(await outcome)
  await expect(thread.fill(new Uint8Array(pictureBytes), wantedOf([paths[0]!]))).rejects.toMatchObject({
    code: 'cancelled',
  })
})

test('a cache folder that can not be used costs time, not the run', async () => {
  const paths = await noisyPictures(1)
  const thread = startPictureLoader({ size, cache: join(paths[0]!, 'below a file') })
  onTestFinished(() => thread.close())
  expect((await fill(thread, paths)).some((value) => value > 0)).toBe(true)
})

test('a run that was ended among its batches and goes on finds the same ones, though pictures are kept by then', async () => {
  const paths = await noisyPictures(10)
  writeFileSync(paths[3]!, 'no picture')
  const tokenizer = createTokenizer([...Object.values(specialTokenText), 'a', 'picture'])
  const batchesOf = (pictures: PictureLoader, start: SamplerState) =>
    createBatches({
      pairs: paths.map((path, sampleId) => ({ path, sampleId, text: 'a picture' })),
      pictures,
      tokenizer,
      batchSize: 4,
      imageSize: size,
      textLength: 5,
      prompt: '',
      augmentation: { cropMinimum: 0.5, flip: 0.5 },
      start,
    })
  const first: SamplerState = { seed: 1, epoch: 0, position: 0 }
  const here = batchesOf(createPictureLoader({ decode: (path) => decodeRgb(path, size), size }), first)
  const unbroken: Batch[] = []
  for (let step = 0; step < 9; step++) unbroken.push(structuredClone(await here.next())) // its memory may be taken for a later one

  const cache = scratch()
  let start = first
  for (const [from, to] of [
    [0, 2],
    [2, 3],
    [3, 9],
  ] as const) {
    const thread = startPictureLoader({ size, cache })
    onTestFinished(() => thread.close())
    const batches = batchesOf(thread, start)
    for (let step = from; step < to; step++) expect(await batches.next()).toEqual(unbroken[step])
    start = unbroken[to - 1]!.after
    await thread.close()
  }
})
