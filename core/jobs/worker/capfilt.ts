import { Fault } from '../../contract/fault.ts'
import {
  createJudge,
  createWriter,
  decodePictures,
  openModel,
  type DecodedPictures,
  type Judge,
  type Judgement,
  type LoadedModel,
  type Writer,
} from '../../score/index.ts'
import { startTensor } from '../../tensor/index.ts'
import type { CapfiltTask, PictureResult, WorkPicture } from '../protocol.ts'
import type { Channel } from './channel.ts'
import { watchTime } from './watchTime.ts'

/** Writes and judges captions, batch by batch, until the engine has no more pictures. */
export async function runCapfilt(task: CapfiltTask, channel: Channel) {
  const time = watchTime(channel)
  try {
    return await runMeasured(task, channel, time)
  } finally {
    time.flush()
  }
}

async function runMeasured(task: CapfiltTask, { send, want, signal }: Channel, time: ReturnType<typeof watchTime>) {
  const models = await time.during('prepare', async () => {
    time.runsOn(await startTensor())
    return openModels(task)
  })
  const counts = { pictures: 0, written: 0, scored: 0, unreadable: 0 }
  const next = decodeAhead(want, task.batchSize, models.size)
  for (let first = true; ; first = false) {
    signal.throwIfAborted()
    const batch = await time.during('wait', next)
    if (batch === null) return counts
    for (const { item, fault } of batch.faults) send({ kind: 'item-fault', subject: item.path, fault: fault.toJSON() })
    if (batch.items.length > 0) {
      // The first batch records and compiles the programs.
      const results = await time.during(first ? 'prepare' : 'compute', () => handle(batch.items, batch.images, models))
      send({ kind: 'results', results })
      count(counts, results)
    }
    counts.unreadable += batch.faults.length
    time.reach(counts.pictures + counts.unreadable)
    send({ kind: 'stage', stage: 'pictures', done: counts.pictures + counts.unreadable, total: null })
  }
}

/** Batches of decoded pictures, null when none are left; the next one is decoded while the last is worked on. */
function decodeAhead(want: Channel['want'], batchSize: number, size: number) {
  const left: WorkPicture[] = []
  let ahead: ReturnType<typeof decode> | null = null

  async function decode(): Promise<DecodedPictures<WorkPicture> | null> {
    if (left.length === 0) left.push(...(await want()))
    return left.length === 0 ? null : decodePictures(left.splice(0, batchSize), size)
  }
  return async () => {
    const batch = await (ahead ?? decode())
    ahead = batch && decode()
    // Subtle: one that fails ahead of time is reported when it is asked for, not as an unhandled rejection.
    ahead?.catch(() => {})
    return batch
  }
}

interface Models {
  writer: Writer | null
  judge: Judge | null
  /** Writer and judge are of one model: what the writer has looked at, the judge has seen. */
  shared: boolean
  size: number
}

/** Loads captioner and filter; a checkpoint that serves as both is loaded once. */
async function openModels(task: CapfiltTask): Promise<Models> {
  const captioner = task.captioner === null ? null : await openModel(task.captioner)
  const filter = task.filter === null ? null : task.filter === task.captioner ? captioner : await openModel(task.filter)
  sameSize(captioner, filter)
  const { decoding, prompt, minLength, maxLength, batchSize: batch, compile: xla } = task
  const writer = captioner && createWriter(captioner, { decoding, prompt, minLength, maxLength, batch, xla })
  const shared = writer !== null && filter === captioner
  return {
    writer,
    judge: filter && createJudge(filter, { batch, memory: shared ? writer.memory : undefined, xla }),
    shared,
    size: (captioner ?? filter)!.shape.image.size,
  }
}

/** Pictures are decoded once for both, so both must look at the same size. */
function sameSize(captioner: LoadedModel | null, filter: LoadedModel | null): void {
  const sizes = [captioner, filter].flatMap((model) => (model ? [model.shape.image.size] : []))
  if (new Set(sizes).size <= 1) return
  throw new Fault('shape-mismatch', `The captioner looks at ${sizes[0]} pixels, the filter at ${sizes[1]}.`, {
    hint: 'Caption first, then score, in two jobs.',
  })
}

async function handle(
  pictures: WorkPicture[],
  images: Uint8Array,
  { writer, judge, shared }: Models,
): Promise<PictureResult[]> {
  const written = await writeFor(pictures, images, writer)
  if (!judge) return pictures.map(({ sampleId }, row) => ({ sampleId, written: unjudged(written[row]), scores: [] }))
  const looked = shared && written.some((text) => text !== null)
  if (!looked) await judge.look(images)
  const questions = pictures.flatMap(({ captions }, row) => [
    ...captions.filter(({ text }) => text.trim()).map(({ captionId, text }) => ({ row, captionId, text })),
    ...(written[row] ? [{ row, captionId: null, text: written[row] }] : []),
  ])
  const judgements = await judge.judge(questions)
  const results: PictureResult[] = pictures.map(({ sampleId }, row) => ({
    sampleId,
    written: unjudged(written[row]),
    scores: [],
  }))
  questions.forEach(({ row, captionId }, index) => {
    const { itm, itc } = judgements[index] as Judgement
    if (captionId === null) Object.assign(results[row]!.written!, { itm, itc })
    else results[row]!.scores.push({ captionId, itm, itc })
  })
  return results
}

/** The caption of each picture that wants one; the others are null. */
async function writeFor(
  pictures: WorkPicture[],
  images: Uint8Array,
  writer: Writer | null,
): Promise<(string | null)[]> {
  if (!writer || !pictures.some(({ write }) => write)) return pictures.map(() => null)
  const texts = await writer.write(
    images,
    pictures.map(({ sampleId }) => sampleId),
  )
  return pictures.map(({ write }, row) => (write ? texts[row]! : null))
}

function unjudged(text: string | null | undefined): PictureResult['written'] {
  return text ? { text, itm: null, itc: null } : null
}

function count(counts: { pictures: number; written: number; scored: number }, results: PictureResult[]): void {
  counts.pictures += results.length
  for (const { written, scores } of results) {
    if (written) counts.written++
    counts.scored += scores.length
  }
}
