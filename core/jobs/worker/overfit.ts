import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { upload } from '../../model/index.ts'
import { startTensor, tf } from '../../tensor/index.ts'
import { createTokenizer, type Tokenizer } from '../../text/tokenizer.ts'
import { parseKnobs, startPictureLoader, train, type Knobs } from '../../train/index.ts'
import { floorsOf, judgeOverfit, overfitPairs, overfitText } from '../../train/overfit.ts'
import type { TrainTask } from '../protocol.ts'
import type { Channel } from './channel.ts'
import { readPairs } from './pairs.ts'
import { startOf } from './start.ts'
import { trainReport } from './trainReport.ts'

/** Trains on one batch to its floor; keeps the verdict, not the weights, which know nothing else. Starts anew when resumed. */
export async function runOverfit(task: TrainTask, channel: Channel) {
  const { send, signal } = channel
  await startTensor({ expect: 'trainingStep' })
  const given = parseKnobs(task.knobs)
  const pairs = overfitPairs(await readPairs(task.snapshot), given.batchSize)
  const knobs: Knobs = { ...given, batchSize: pairs.length }
  const log = (text: string) => send({ kind: 'log', text })
  log(`Checks whether ${pairs.length} pairs can be learned by heart in ${knobs.steps} steps.`)
  const start = await startOf(task)
  const parameters = upload(start.tensors)
  const pictures = startPictureLoader({ size: start.shape.image.size, cache: task.cache })
  const rows: Record<string, number>[] = []
  const outcome = await train({
    folder: task.folder,
    name: start.shape.name,
    pairs,
    snapshot: task.snapshot,
    shape: start.shape,
    vocabulary: start.vocabulary,
    parameters,
    knobs,
    seed: task.seed,
    parent: start.hash,
    point: null,
    pictures,
    signal,
    // the checkpoints are deleted again, so nobody is told of them
    report: { ...trainReport(channel, (_, values) => rows.push(values)), checkpoint() {} },
  }).finally(async () => {
    await pictures.close()
    tf.dispose(parameters)
    await rm(join(task.folder, 'checkpoints'), { recursive: true, force: true })
  })
  if (outcome.kind === 'cancelled') return 'cancelled'
  const tokenizer = createTokenizer(start.vocabulary)
  const words = pairs.map(({ text }) => wordsOf(tokenizer, text, knobs.textLength))
  const verdict = judgeOverfit(rows, floorsOf(knobs, start.shape, words))
  send({ kind: 'overfit', verdict })
  log(overfitText(verdict))
  return { steps: outcome.step, overfit: verdict.passed ? 'passed' : 'missed', losses: overfitText(verdict) }
}

/** Token ids of a text without its marks. */
function wordsOf(tokenizer: Tokenizer, text: string, maxLength: number): number[] {
  const marks = new Set(Object.values(tokenizer.ids))
  return [...tokenizer.encode(text, { maxLength })].filter((id) => !marks.has(id))
}
