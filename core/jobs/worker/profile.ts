import { upload } from '../../model/index.ts'
import { startTensor } from '../../tensor/index.ts'
import { parseKnobs, startPictureLoader } from '../../train/index.ts'
import { timeStep } from '../../train/timeStep.ts'
import type { ProfileTask } from '../protocol.ts'
import type { Channel } from './channel.ts'
import { readPairs } from './pairs.ts'
import { startOf } from './start.ts'

/** Times the operations of one step of a run, at its own shapes; the process and its weights are thrown away after. */
export async function runProfile(task: ProfileTask, { send, signal }: Channel) {
  const knobs = parseKnobs(task.knobs)
  const tell = (done: number) => send({ kind: 'stage', stage: 'profile', done, total: 3 })
  tell(0)
  const runtime = await startTensor()
  const pairs = await readPairs(task.snapshot)
  const start = await startOf(task)
  signal.throwIfAborted()
  tell(1)
  const pictures = startPictureLoader({ size: start.shape.image.size, cache: task.cache })
  const times = await timeStep({
    pairs: pairs.filter(({ split }) => split === 'train'),
    shape: start.shape,
    vocabulary: start.vocabulary,
    parameters: upload(start.tensors),
    knobs,
    seed: task.seed,
    pictures,
    report: { pictureFault: (path, fault) => send({ kind: 'item-fault', subject: path, fault: fault.toJSON() }) },
    warm: () => {
      signal.throwIfAborted()
      tell(2)
    },
  }).finally(() => pictures.close())
  const { name, version } = runtime
  send({
    kind: 'operations',
    times: { at: new Date().toISOString(), runtime: `${name} ${version}`, batchSize: knobs.batchSize, ...times },
  })
  tell(3)
  return { operations: times.calls }
}
