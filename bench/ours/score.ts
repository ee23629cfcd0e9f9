/** Our side of `bench score`. */
import { readFileSync } from 'node:fs'
import { readSafetensors } from '../../core/checkpoint/index.ts'
import { upload } from '../../core/model/index.ts'
import { createJudge, type Judge, type LoadedModel } from '../../core/score/index.ts'
import { startTensor, tf } from '../../core/tensor/index.ts'
import { createTokenizer } from '../../core/text/tokenizer.ts'
import { readVocabulary } from '../../core/text/vocabulary.ts'
import type { WrittenModel } from '../harness/captionCase.ts'
import { serve } from '../harness/serve.ts'

export interface ScoreRequest {
  mode: 'captured' | 'xla'
  pictures: number
  /** Captions of each picture. */
  texts: string[][]
  /** Captions at a time, and pictures at most. */
  batch: number
}

let model: LoadedModel | null = null
let images = new Uint8Array()
let current: { name: string; judge: Judge } | null = null

async function prepare({ written, pictures }: { written: WrittenModel; pictures: string }) {
  await startTensor()
  drop()
  if (model) tf.dispose(model.parameters)
  const tokenizer = createTokenizer(readVocabulary(written.vocabulary))
  const parameters = upload(await readSafetensors(written.weights))
  model = { hash: '', name: 'bench', shape: written.shape, parameters, tokenizer }
  images = new Uint8Array(readFileSync(pictures))
}

/** [matching probability, cosine] of every caption, picture after picture. */
async function step({ mode, pictures, texts, batch }: ScoreRequest): Promise<{ scores: number[][] }> {
  const atOnce = Math.min(batch, pictures)
  const judge = judgeFor(mode, batch, atOnce)
  const bytes = model!.shape.image.size ** 2 * 3
  const scores: number[][] = []
  for (let at = 0; at < pictures; at += atOnce) {
    const some = texts.slice(at, Math.min(at + atOnce, pictures))
    await judge.look(images.subarray(at * bytes, (at + some.length) * bytes))
    const judgements = await judge.judge(some.flatMap((own, row) => own.map((text) => ({ row, text }))))
    scores.push(...judgements.map(({ itm, itc }) => [itm, itc]))
  }
  return { scores }
}

function judgeFor(mode: ScoreRequest['mode'], batch: number, pictures: number): Judge {
  const name = `${mode} ${batch} ${pictures}`
  if (current?.name !== name) {
    drop()
    current = { name, judge: createJudge(model!, { batch, pictures, xla: mode === 'xla' }) }
  }
  return current!.judge
}

function drop() {
  current?.judge.dispose()
  current = null
}

await serve({ prepare, step })
