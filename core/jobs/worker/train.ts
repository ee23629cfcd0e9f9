import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { heldOutFigure, measureCaptions, measureRetrieval } from '../../evaluate/index.ts'
import { upload, type Shape } from '../../model/index.ts'
import type { LoadedModel } from '../../score/index.ts'
import { startTensor } from '../../tensor/index.ts'
import { createTokenizer } from '../../text/tokenizer.ts'
import { newestCheckpoint, parseKnobs, startPictureLoader, train, type Knobs } from '../../train/index.ts'
import { openEventFile } from '../../train/events.ts'
import type { FromWorker, SnapshotPair, TrainTask } from '../protocol.ts'
import type { Channel } from './channel.ts'
import { readPairs } from './pairs.ts'
import { startOf } from './start.ts'
import { trainReport } from './trainReport.ts'
import { watchTime } from './watchTime.ts'

type Evaluation = Extract<FromWorker, { kind: 'evaluation' }>

/** A training run: measure the start on the held-out pairs, train, measure again. */
export async function runTrain(task: TrainTask, channel: Channel) {
  const time = watchTime(channel)
  try {
    return await runMeasured(task, channel, time)
  } finally {
    time.flush()
  }
}

async function runMeasured(task: TrainTask, channel: Channel, time: ReturnType<typeof watchTime>) {
  const { send, signal } = channel
  const log = (text: string) => send({ kind: 'log', text })
  const knobs = parseKnobs(task.knobs)
  const { pairs, point, start, model } = await time.during('prepare', async () => {
    time.runsOn(await startTensor({ expect: 'trainingStep' }))
    return load(task, log)
  })
  const heldOut = pairs.filter(({ split }) => split === 'held-out')
  const measure = (when: Evaluation['when']) =>
    time.during('evaluate', () => evaluate(model, heldOut, knobs, when, channel))

  // Its thread starts while the start is measured.
  const pictures = startPictureLoader({ size: start.shape.image.size, cache: task.cache })
  await before(task, point !== null, channel, () => measure('before'))
  log(
    point
      ? `Goes on after step ${point.state.step}.`
      : `Trains on ${pairs.length - heldOut.length} pairs; ${heldOut.length} are held out.`,
  )
  const events = openEventFile(join(task.folder, 'events'), point?.state.step ?? 0)
  const outcome = await train({
    folder: task.folder,
    name: start.shape.name,
    pairs: pairs.filter(({ split }) => split === 'train'),
    snapshot: task.snapshot,
    shape: start.shape,
    vocabulary: start.vocabulary,
    parameters: model.parameters,
    knobs,
    seed: task.seed,
    parent: start.hash,
    point,
    pictures,
    signal,
    profiler: time,
    ...(heldOut.length > 0 && {
      measure: () => time.during('evaluate', () => figure(model, heldOut, knobs, signal)),
    }),
    report: trainReport(channel, events.scalars),
  }).finally(() => {
    events.close()
    return pictures.close()
  })
  if (outcome.kind === 'cancelled') return 'cancelled'
  send(await measure('after'))
  return { steps: outcome.step, checkpoint: outcome.checkpoint.hash }
}

/** What a run works on: its pairs, and the weights of the start or of the point where it goes on. */
async function load(task: TrainTask, log: (text: string) => void) {
  const pairs = await readPairs(task.snapshot)
  const point = task.resume
    ? await newestCheckpoint(task.folder, ({ message, subject }) => log(`${message} (${subject})`))
    : null
  const start = await startOf(task)
  const model: LoadedModel<Shape> = {
    hash: start.hash ?? '',
    name: '',
    shape: start.shape,
    parameters: upload(point?.tensors ?? start.tensors),
    tokenizer: createTokenizer(start.vocabulary),
  }
  return { pairs, point, start, model }
}

/** Measures the start once; a resumed run, whose weights have moved on, sends what was measured then. */
async function before(
  task: TrainTask,
  resumed: boolean,
  { send }: Channel,
  measure: () => Promise<Evaluation>,
): Promise<void> {
  const path = join(task.folder, 'before.json')
  if (resumed && existsSync(path)) return send(JSON.parse(await readFile(path, 'utf8')))
  if (resumed) return
  const evaluation = await measure()
  await writeFile(path, JSON.stringify(evaluation))
  send(evaluation)
}

async function evaluate(
  model: LoadedModel<Shape>,
  pairs: SnapshotPair[],
  knobs: Knobs,
  when: Evaluation['when'],
  { send, signal }: Channel,
): Promise<Evaluation> {
  if (pairs.length === 0) return { kind: 'evaluation', when, retrieval: null, captions: [] }
  const retrieval = await measureRetrieval(model, pairs, {
    pictures: knobs.evaluatePictures,
    rerank: knobs.rerank,
    signal,
    onFault: (path, fault) => send({ kind: 'item-fault', subject: path, fault: fault.toJSON() }),
    progress: (done, total) => send({ kind: 'stage', stage: `evaluate-${when}`, done, total }),
  })
  const captions = await measureCaptions(model, pairs, { count: knobs.evaluateCaptions, prompt: knobs.prompt })
  return { kind: 'evaluation', when, retrieval, captions }
}

/** What a run that watches its held-out pairs goes by. */
async function figure(model: LoadedModel<Shape>, pairs: SnapshotPair[], knobs: Knobs, signal: AbortSignal) {
  const retrieval = await measureRetrieval(model, pairs, {
    pictures: knobs.evaluatePictures,
    rerank: knobs.rerank,
    signal,
  })
  if (retrieval) return heldOutFigure(retrieval, [])
  return heldOutFigure(
    null,
    await measureCaptions(model, pairs, { count: knobs.evaluateCaptions, prompt: knobs.prompt }),
  )
}
