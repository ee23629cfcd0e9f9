import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCaptioner } from '../../../core/model/captioner.ts'
import { captionLogits, encodeImages } from '../../../core/model/blip.ts'
import type { Decoder } from '../../../core/model/decoder.ts'
import { generate, type GenerateOptions } from '../../../core/model/generate.ts'
import { logSum } from '../../../core/model/scores.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'
import { goldenJson, loadGolden } from './golden.ts'

let golden: Awaited<ReturnType<typeof loadGolden>>
let images: Uint8Array

beforeAll(async () => {
  await startTensor()
  golden = await loadGolden('captioning')
  images = Uint8Array.from(golden.expected.images!.data)
})

/** Writes by running the whole caption again for each token, and looks through all scores: slow, but plainly right. */
function plainDecoder(beams: number): Decoder {
  const { model } = golden
  const image = encodeImages(model, golden.input('images'))
  const rows = image.shape[0]! * beams
  const repeated = tf.gather(
    image,
    Int32Array.from({ length: rows }, (_, row) => Math.floor(row / beams)),
  )
  let past: number[][] = Array.from({ length: rows }, () => [])
  return {
    rows,
    beams,
    async step(tokens, position, parents) {
      past = [...parents].map((parent, row) => [...past[parent]!.slice(0, position), tokens[row]!])
      const logits = captionLogits(model, repeated, tf.tensor2d(past, [rows, position + 1], 'int32'))
      const scores = tf.unstack(tf.slice(logits, [0, position, 0], [rows, 1, -1]))
      const values = scores.map((row) => row.dataSync() as Float32Array)
      return {
        likeliest: () => [],
        logSum: (row) => logSum(values[row]!),
        all: async (row) => values[row]!.slice(),
      }
    },
    dispose() {},
  }
}

interface Recorded {
  name: string
  prompt: number[]
  num_beams: number
  max_length: number
  min_length?: number
  repetition_penalty?: number
  ids: number[][]
}

function optionsOf({ num_beams, prompt, max_length, min_length, repetition_penalty }: Recorded): GenerateOptions {
  const common = {
    prompt,
    maxLength: max_length,
    minLength: min_length,
    repetitionPenalty: repetition_penalty,
    forbidden: [],
  }
  return num_beams > 1 ? { method: 'beam', ...common } : { method: 'greedy', ...common }
}

/** What transformers wrote after [DEC] and the prompt, up to [SEP]. */
function writtenBy({ ids, prompt }: Recorded): number[][] {
  return ids.map((row) => {
    const own = row.slice(1 + prompt.length)
    const end = own.indexOf(3)
    return end === -1 ? own : own.slice(0, end)
  })
}

describe('captions', () => {
  const recorded: Recorded[] = goldenJson('captioning/generated.json')

  test.each(recorded)('are token for token those of transformers: $name after $prompt', async (record) => {
    const captioner = createCaptioner(golden.model, { batch: 3, beams: record.num_beams, length: record.max_length })
    const captions = await captioner.caption(images, optionsOf(record))
    captioner.dispose()
    expect(captions.map((caption) => caption.ids)).toEqual(writtenBy(record))
  })

  const methods: GenerateOptions[] = [
    { method: 'greedy', maxLength: 12 },
    { method: 'beam', maxLength: 12, prompt: [5, 8] },
    { method: 'nucleus', maxLength: 12, topP: 0.9, repetitionPenalty: 1.1, seeds: [1, 2, 3] },
  ]
  test.each(methods)('are the same with and without remembered keys and values: $method', async (options) => {
    const beams = options.method === 'beam' ? 3 : 1
    const captioner = createCaptioner(golden.model, { batch: 3, beams, length: 12 })
    const cached = await captioner.caption(images, options)
    captioner.dispose()
    const plain = await generate(plainDecoder(beams), golden.model.shape.text.tokens, 3, options)
    expect(cached.map((caption) => caption.ids)).toEqual(plain.map((caption) => caption.ids))
    cached.forEach((caption, i) => expect(caption.logProbability).toBeCloseTo(plain[i]!.logProbability, 3))
  })
})

describe('a captioner', () => {
  const one = (row: number) => images.subarray(row * 32 * 32 * 3, (row + 1) * 32 * 32 * 3)
  let captioner: ReturnType<typeof createCaptioner>
  beforeAll(() => void (captioner = createCaptioner(golden.model, { batch: 3, length: 10 })))
  afterAll(() => captioner.dispose())

  test('writes the same for a picture alone as among others, by its own seed', async () => {
    const nucleus = { method: 'nucleus', topP: 0.95 } as const
    const together = await captioner.caption(images, { ...nucleus, seeds: [4, 5, 6] })
    const alone = await captioner.caption(one(1), { ...nucleus, seeds: [5] })
    expect(alone[0]!.ids).toEqual(together[1]!.ids)
    const other = await captioner.caption(one(1), { ...nucleus, seeds: [77] })
    expect(other[0]!.ids).not.toEqual(together[1]!.ids)
  })

  test('writes the same for one picture at a time, from a copy of weights that stay as they are', async () => {
    const single = createCaptioner(golden.model, { batch: 1, length: 10, fixed: true })
    const alone = await single.caption(one(1), { method: 'greedy' })
    single.dispose()
    const together = await captioner.caption(images, { method: 'greedy' })
    expect(alone[0]!.ids).toEqual(together[1]!.ids)
    expect(alone[0]!.logProbability).toBeCloseTo(together[1]!.logProbability, 3)
  })

  test('never writes special tokens unless told to', async () => {
    const { pad, cls, mask, dec, enc } = golden.model.shape.text.tokens
    const options = { method: 'nucleus', topP: 1, temperature: 3 } as const
    for (let seed = 0; seed < 10; seed++) {
      const captions = await captioner.caption(images, { ...options, seeds: [seed, seed + 100, seed + 200] })
      const ids = captions.flatMap((caption) => caption.ids)
      expect(ids.some((id) => [pad, cls, mask, dec, enc].includes(id))).toBe(false)
    }
  })

  test('leaves nothing behind, whether few scores or all were asked for', async () => {
    const before = tf.memory().numTensors
    await captioner.caption(images, { method: 'greedy' })
    await captioner.caption(images, { method: 'nucleus', topP: 0.99, temperature: 2, seeds: [1, 2, 3] })
    expect(tf.memory().numTensors).toBe(before)
  })

  test('refuses options that it was not made for', async () => {
    const refusal = { code: 'captioner-options' }
    await expect(captioner.caption(images, { method: 'beam' })).rejects.toMatchObject(refusal)
    await expect(captioner.caption(images, { method: 'greedy', maxLength: 11 })).rejects.toMatchObject(refusal)
    await expect(captioner.caption(new Uint8Array(100), { method: 'greedy' })).rejects.toMatchObject(refusal)
    await expect(captioner.caption(images, { method: 'nucleus', seeds: [1] })).rejects.toMatchObject(refusal)
  })
})
