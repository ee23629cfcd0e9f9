import type { TrainReport } from '../../train/index.ts'
import type { Channel } from './channel.ts'

/** Tells the engine what the training loop reports. @param keep sees each logged row, too */
export function trainReport({ send }: Channel, keep: TrainReport['metric']): TrainReport {
  return {
    progress: (done, total) => send({ kind: 'stage', stage: 'train', done, total }),
    metric: (step, values) => {
      keep(step, values)
      send({ kind: 'metric', step, values })
    },
    checkpoint: (step, folder) => send({ kind: 'checkpoint', step, folder }),
    notLearning: (sign) => send({ kind: 'not-learning', sign }),
    log: (text) => send({ kind: 'log', text }),
    pictureFault: (path, fault) => send({ kind: 'item-fault', subject: path, fault: fault.toJSON() }),
  }
}
