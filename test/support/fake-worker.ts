import type { FromWorker, ToWorker } from '../../core/jobs/protocol.ts'

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
  mood = task.kind === 'capfilt' ? task.prompt : task.kind === 'train' ? String(task.knobs['mood'] ?? '') : ''
  if (mood === 'fail') return end({ kind: 'failed', fault: { code: 'shape-mismatch', message: 'The shapes differ.' } })
  if (mood === 'exit') {
    process.stderr.write('terminate called: out of memory\n')
    process.exit(3)
  }
  if (mood === 'hang') return say({ kind: 'stage', stage: 'wait', done: 0, total: null })
  if (task.kind === 'capfilt') return say({ kind: 'want' })
  say({ kind: 'log', text: 'nothing to learn' })
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
    scores: picture.captions.map(({ captionId, text }) => ({ captionId, itm: text.length / 100, itc: text.length / 200 })),
  }))
  say({ kind: 'results', results })
  say({ kind: 'stage', stage: 'pictures', done, total: null })
  say({ kind: 'want' })
}

function end(message: FromWorker) {
  process.send!(message, () => process.disconnect())
}
