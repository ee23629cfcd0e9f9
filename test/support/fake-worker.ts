import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileSpan } from '../../core/contract/index.ts'
import type { FromWorker, ToWorker, TrainTask } from '../../core/jobs/protocol.ts'

// Speaks the words of core/jobs/protocol.ts without any model; what it does is chosen by the prompt or the seed of its task.
const say = (message: FromWorker) => process.send!(message)
let mood = ''
let cancelled = false
let done = 0

process.on('disconnect', () => process.exit(1))
process.on('message', (message: ToWorker) => {
  if (message.kind === 'cancel') cancelled = true
  if (message.kind === 'task') begin(message)
  if (message.kind === 'pictures') take(message)
  if (message.kind === 'cancel' && mood === 'hang') end({ kind: 'cancelled' })
})

function begin({ task }: Extract<ToWorker, { kind: 'task' }>) {
  mood = task.kind === 'capfilt' ? task.prompt : task.kind === 'train' ? String(task.knobs['prompt']) : ''
  if (mood === 'fail') return end({ kind: 'failed', fault: { code: 'shape-mismatch', message: 'The shapes differ.' } })
  if (mood === 'exit') {
    process.stderr.write('terminate called: out of memory\n')
    process.exit(3)
  }
  if (mood === 'hang') return say({ kind: 'stage', stage: 'wait', done: 0, total: null })
  if (task.kind === 'capfilt') return say({ kind: 'want' })
  const retrieval = { imageToText: { r1: 0.5, r5: 1, r10: 1 }, textToImage: { r1: 0.25, r5: 1, r10: 1 }, candidates: 4 }
  const evaluated = (when: 'before' | 'after') =>
    say({
      kind: 'evaluation',
      when,
      retrieval,
      captions: [{ sampleId: 1, reference: 'what it is', caption: `what ${when}` }],
    })
  if (task.kind === 'profile') return profile()
  if (task.kind === 'train') train(task, evaluated)
  else {
    evaluated('after')
    end({ kind: 'finished', result: {} })
  }
}

/** "Trains" by copying the start into the run, a step every message. */
function train(task: TrainTask, evaluated: (when: 'before' | 'after') => void) {
  evaluated('before')
  const steps = Number(task.knobs['steps'])
  for (let step = 1; step <= steps; step += 1) {
    say({ kind: 'stage', stage: 'train', done: step, total: steps })
    say({ kind: 'metric', step, values: { loss: steps + 1 - step } })
    say({ kind: 'profile', span: spanOf(step) })
  }
  const folder = join(task.folder, 'checkpoints', `step-${steps}`)
  cpSync(task.start!, folder, { recursive: true })
  say({ kind: 'checkpoint', step: steps, folder })
  evaluated('after')
  say({ kind: 'log', text: 'nothing to learn' })
  end({ kind: 'finished', result: {} })
}

/** Ten seconds on two cores. */
function spanOf(done: number): ProfileSpan {
  const nothing = { prepare: 0, upload: 0, download: 0, checkpoint: 0, other: 0 }
  const load = { cpuSeconds: 10, machineSeconds: 15, cores: 2, device: 'CPU', memoryBytes: 900, peakBytes: 1000 + done }
  return { done, steps: 1, seconds: { ...nothing, compute: 2.5, wait: 2.5, evaluate: 5 }, ...load }
}

function profile() {
  const top = [{ name: 'MatMul', calls: 2, milliseconds: 3, share: 0.75 }]
  const times = { at: new Date().toISOString(), runtime: 'none 1', batchSize: 2, stepMilliseconds: 5 }
  say({ kind: 'operations', times: { ...times, milliseconds: 4, calls: 3, top } })
  end({ kind: 'finished', result: {} })
}

function take({ pictures }: Extract<ToWorker, { kind: 'pictures' }>) {
  if (cancelled) return end({ kind: 'cancelled' })
  if (pictures.length === 0) return end({ kind: 'finished', result: { pictures: done } })
  if (mood === 'kill-after-one' && done > 0) process.kill(process.pid, 'SIGKILL')
  done += pictures.length
  const results = pictures.map((picture) => ({
    sampleId: picture.sampleId,
    written: picture.write ? { text: `a drawing number ${picture.sampleId}`, itm: 0.75, itc: 0.5 } : null,
    scores: picture.captions.map(({ captionId, text }) => ({
      captionId,
      itm: text.length / 100,
      itc: text.length / 200,
    })),
  }))
  say({ kind: 'results', results })
  say({ kind: 'stage', stage: 'pictures', done, total: null })
  say({ kind: 'want' })
}

function end(message: FromWorker) {
  process.send!(message, () => process.disconnect())
}
