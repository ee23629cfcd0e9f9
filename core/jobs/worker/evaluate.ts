import { heldOutRetrieval } from '../../evaluate/index.ts'
import { openModel } from '../../score/index.ts'
import type { EvaluateTask } from '../protocol.ts'
import type { Channel } from './channel.ts'
import { readPairs } from './pairs.ts'

/** Ranks all pairs of a file against each other by cosine, as after training. */
export async function runEvaluate(task: EvaluateTask, { send, signal }: Channel) {
  const model = await openModel(task.checkpoint)
  const pairs = await readPairs(task.pairs)
  const retrieval = await heldOutRetrieval(model, pairs, {
    pictures: 0,
    rerank: 0,
    signal,
    onFault: (path, fault) => send({ kind: 'item-fault', subject: path, fault: fault.toJSON() }),
    progress: (done, total) => send({ kind: 'stage', stage: 'evaluate', done, total }),
  })
  send({ kind: 'evaluation', when: 'after', retrieval, captions: [] })
  return {
    candidates: retrieval.candidates,
    imageToTextR1: retrieval.imageToText.r1,
    textToImageR1: retrieval.textToImage.r1,
  }
}
