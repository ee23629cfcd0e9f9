import { asFault } from '../contract/fault.ts'
import type { Task } from './protocol.ts'
import { closeChannel, openChannel, type Channel } from './worker/channel.ts'
import { runCapfilt } from './worker/capfilt.ts'
import { runEvaluate } from './worker/evaluate.ts'
import { runOverfit } from './worker/overfit.ts'
import { runProfile } from './worker/profile.ts'
import { runTrain } from './worker/train.ts'

/** Entry of a worker process: one task, then it leaves. Tensors live here, so that what kills them kills no more. */
const channel = openChannel()
try {
  const result = await perform(await channel.task, channel)
  closeChannel(result === 'cancelled' ? { kind: 'cancelled' } : { kind: 'finished', result })
} catch (error) {
  const stopped = channel.signal.aborted && error === channel.signal.reason
  closeChannel(stopped ? { kind: 'cancelled' } : { kind: 'failed', fault: asFault(error).toJSON() })
}

function perform(task: Task, channel: Channel): Promise<Record<string, string | number | null> | 'cancelled'> {
  switch (task.kind) {
    case 'train':
      return task.overfit ? runOverfit(task, channel) : runTrain(task, channel)
    case 'capfilt':
      return runCapfilt(task, channel)
    case 'evaluate':
      return runEvaluate(task, channel)
    case 'profile':
      return runProfile(task, channel)
  }
}
