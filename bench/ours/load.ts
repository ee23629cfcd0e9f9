/** Our side of `bench load`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { ProfileSpan } from '../../core/contract/profile.ts'
import { inParallel } from '../../core/image/parallel.ts'
import { initialise, readShape, upload } from '../../core/model/index.ts'
import { startTensor, tf } from '../../core/tensor/index.ts'
import { createTokenizer } from '../../core/text/tokenizer.ts'
import { readVocabulary } from '../../core/text/vocabulary.ts'
import { createBatches, type TrainingPair } from '../../core/train/batches.ts'
import { knobsOf, recipeNamed, startPictureLoader, train, type PictureLoader } from '../../core/train/index.ts'
import { createProfiler } from '../../core/train/profiler.ts'
import { cores } from '../harness/record.ts'
import { serve } from '../harness/serve.ts'

const { shape, vocabularyFile } = readShape(join(import.meta.dirname, '../../resources/models/tiny.json'))
const vocabulary = readVocabulary(vocabularyFile)
const tokenizer = createTokenizer(vocabulary)
const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-load-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const newCache = (): string => mkdtempSync(join(folder, 'cache-'))
const pairsOf = (paths: string[]): TrainingPair[] =>
  paths.map((path, sampleId) => ({ path, sampleId, text: `a picture of the number ${sampleId}` }))

interface Opened {
  loader: PictureLoader
  /** Fills that are under way. */
  pending: Set<Promise<unknown>>
  size: number
}
let opened: Opened | null = null

/** Starts a loader with an empty cache, and has it load some pictures, as a run that has been going for a while has. */
async function open({ size, warmUps }: { size: number; warmUps: string[] }): Promise<void> {
  await opened?.loader.close()
  const thread = startPictureLoader({ size, cache: newCache() })
  const pending: Opened['pending'] = new Set()
  const loader: PictureLoader = {
    ...thread,
    fill(images, wanted) {
      const filling = thread.fill(images, wanted)
      pending.add(filling)
      return filling.finally(() => pending.delete(filling))
    },
  }
  opened = { loader, pending, size }
  for (let number = 0; number < 3; number++)
    await epoch({ paths: warmUps, count: warmUps.length, batch: warmUps.length, number })
}

interface EpochOptions {
  paths: string[]
  /** Pictures that are taken; those that are prepared ahead at the end do not count. */
  count: number
  batch: number
  number: number
}

/** The first batches of an epoch, augmented and with their token rows, as the training loop takes them. */
async function epoch({ paths, count, batch, number }: EpochOptions) {
  const { loader, pending, size } = opened!
  const batches = createBatches({
    pairs: pairsOf(paths),
    pictures: loader,
    tokenizer,
    batchSize: batch,
    imageSize: size,
    textLength: 16,
    prompt: '',
    augmentation: { cropMinimum: 0.5, flip: 0.5 },
    start: { seed: 1, epoch: number, position: 0 },
  })
  const [began, before] = [performance.now(), process.cpuUsage()]
  for (let taken = 0; taken < count / batch; taken++) await batches.next()
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - began) / 1000
  await Promise.all(pending)
  return { seconds, cpuSeconds: (user + system) / 1e6 }
}

/** What sharp does by itself: the same files, as many at a time, resized to raw bytes that nobody uses. */
async function sharpAlone({ paths, size }: { paths: string[]; size: number }) {
  const [began, before] = [performance.now(), process.cpuUsage()]
  const resize = async (path: string) =>
    void (await sharp(path).resize(size, size, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer())
  await inParallel(paths, resize, cores + 1)
  const { user, system } = process.cpuUsage(before)
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 }
}

/** Two epochs of a real run of the tiny shape: seconds by activity in each, from the first step's end. */
async function trainTwice({ paths, batch }: { paths: string[]; batch: number }) {
  await startTensor()
  const perEpoch = Math.floor(paths.length / batch)
  const spans: ProfileSpan[] = []
  const pictures = startPictureLoader({ size: shape.image.size, cache: newCache() })
  const parameters = upload(initialise(shape, 1))
  const profiler = createProfiler({ tell: (span) => spans.push(span) })
  const flushAt = new Set([1, perEpoch, 2 * perEpoch])
  await train({
    folder: join(folder, 'run'),
    name: 'bench',
    pairs: pairsOf(paths),
    snapshot: 'made-up',
    shape,
    vocabulary,
    parameters,
    knobs: knobsOf(recipeNamed('finetune'), { steps: 2 * perEpoch, batchSize: batch, checkpointEvery: 0 }),
    seed: 1,
    parent: null,
    point: null,
    pictures,
    profiler: { ...profiler, reach: (done) => (profiler.reach(done), flushAt.has(done) && profiler.flush()) },
    report: { progress() {}, metric() {}, checkpoint() {}, log() {}, pictureFault() {} },
    signal: new AbortController().signal,
  })
  await pictures.close()
  tf.dispose(parameters)
  const between = (from: number, to: number) => spans.filter(({ done }) => done > from && done <= to)
  return { epochs: [between(1, perEpoch), between(perEpoch, 2 * perEpoch)].map(shares), perEpoch }
}

function shares(spans: ProfileSpan[]) {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const seconds = sum(spans.map((span) => sum(Object.values(span.seconds))))
  const wait = sum(spans.map((span) => span.seconds.wait))
  return { seconds, wait, steps: sum(spans.map(({ steps }) => steps)) }
}

await serve({ open, epoch, sharpAlone, trainTwice })
