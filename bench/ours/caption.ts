/** Our side of `bench caption`. */
import { readFileSync } from 'node:fs'
import { readSafetensors } from '../../core/checkpoint/index.ts'
import {
  captionLogits,
  createCaptioner,
  encodeImages,
  upload,
  type Captioner,
  type GenerateOptions,
  type Model,
} from '../../core/model/index.ts'
import type { Decoder } from '../../core/model/decoder.ts'
import { generate } from '../../core/model/generate.ts'
import { logSum } from '../../core/model/scores.ts'
import { startTensor, tf } from '../../core/tensor/index.ts'
import type { WrittenModel } from '../harness/captionCase.ts'
import { serve } from '../harness/serve.ts'

export interface CaptionRequest {
  method: 'greedy' | 'beam' | 'nucleus'
  mode: 'captured' | 'xla'
  batch: number
  length: number
  /** Tokens at least: as many as `length` fixes the length. */
  least: number
}

const beams = 3

let model: Model | null = null
let images = new Uint8Array()
let captioner: { name: string; captioner: Captioner } | null = null

async function prepare({ written, pictures }: { written: WrittenModel; pictures: string }) {
  await startTensor()
  drop()
  if (model) tf.dispose(Object.values(model.parameters))
  model = { shape: written.shape, parameters: upload(await readSafetensors(written.weights)) }
  images = new Uint8Array(readFileSync(pictures))
}

/** Captions of the first `batch` pictures. The captioner of the last request is kept. */
async function step(request: CaptionRequest): Promise<{ ids: number[][] }> {
  const captions = await captionerFor(request).caption(picturesOf(request.batch), optionsOf(request))
  return { ids: captions.map(({ ids }) => ids) }
}

/** The same without remembered keys and values, recordings or shortlists: every token runs the whole caption again. */
async function plain(request: CaptionRequest): Promise<{ ids: number[][] }> {
  const decoder = plainDecoder(request)
  const captions = await generate(decoder, model!.shape.text.tokens, request.batch, optionsOf(request))
  return { ids: captions.map(({ ids }) => ids) }
}

/** Milliseconds of looking at the pictures, and of one token, least of a few runs. */
async function parts(request: CaptionRequest): Promise<{ look: number; whole: number }> {
  const { pictures } = captionerFor(request)
  const bytes = picturesOf(request.batch)
  const look = await least(() => pictures.look(bytes))
  return { look, whole: await least(() => step(request)) }
}

async function least(task: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < 3; turn++) {
    const began = performance.now()
    await task()
    times.push(performance.now() - began)
  }
  return Math.min(...times)
}

function captionerFor({ method, mode, batch, length }: CaptionRequest): Captioner {
  const rows = method === 'beam' ? { beams } : {}
  const name = `${mode} ${batch} ${length} ${method === 'beam'}`
  if (captioner?.name !== name) {
    drop()
    captioner = {
      name,
      captioner: createCaptioner(model!, { batch, length, xla: mode === 'xla', fixed: true, ...rows }),
    }
  }
  return captioner!.captioner
}

function drop() {
  captioner?.captioner.dispose()
  captioner = null
}

function picturesOf(batch: number): Uint8Array {
  return images.subarray(0, batch * model!.shape.image.size ** 2 * 3)
}

function optionsOf({ method, batch, length, least: minLength }: CaptionRequest): GenerateOptions {
  const common = { minLength, maxLength: length, forbidden: [] }
  if (method !== 'nucleus') return { method, ...common }
  return { method, ...common, topP: 0.9, seeds: Array.from({ length: batch }, (_, row) => row) }
}

function plainDecoder({ method, batch }: CaptionRequest): Decoder {
  const each = method === 'beam' ? beams : 1
  const rows = batch * each
  const { size } = model!.shape.image
  const seen = encodeImages(model!, tf.tensor4d(Float32Array.from(picturesOf(batch)), [batch, size, size, 3]))
  const repeated = tf.gather(
    seen,
    Int32Array.from({ length: rows }, (_, row) => Math.floor(row / each)),
  )
  let past: number[][] = Array.from({ length: rows }, () => [])
  return {
    rows,
    beams: each,
    async step(tokens, position, parents) {
      past = [...parents].map((parent, row) => [...past[parent]!.slice(0, position), tokens[row]!])
      const scores = tf.tidy(() => {
        const logits = captionLogits(model!, repeated, tf.tensor2d(past, [rows, position + 1], 'int32'))
        return tf.unstack(tf.reshape(tf.slice(logits, [0, position, 0], [rows, 1, -1]), [rows, -1]))
      })
      const values = scores.map((row) => row.dataSync<'float32'>())
      tf.dispose(scores)
      return {
        likeliest: () => [],
        logSum: (row) => logSum(values[row]!),
        all: async (row) => values[row]!.slice(),
      }
    },
    dispose: () => tf.dispose([seen, repeated]),
  }
}

await serve({ prepare, step, plain, parts })
