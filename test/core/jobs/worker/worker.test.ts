import { fork } from 'node:child_process'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CapfiltTask, FromWorker, Task, TrainTask, WorkPicture } from '../../../../core/jobs/protocol.ts'
import { runInWorker, workerProgram } from '../../../../core/jobs/worker-host.ts'
import { knobsOf, parseKnobs, recipeNamed } from '../../../../core/train/index.ts'
import { overfitKnobs } from '../../../../core/train/overfit.ts'
import { toyCheckpoint, toyPictures } from '../../score/toy.ts'

const patient = { timeout: 120_000 }

async function perform(
  task: Task,
  {
    pictures = [] as WorkPicture[],
    signal = new AbortController().signal,
    onMessage = (() => {}) as (message: FromWorker) => void,
  } = {},
) {
  const messages: FromWorker[] = []
  const left = [...pictures]
  const result = await runInWorker(task, {
    signal,
    feed: () => left.splice(0, 3),
    onMessage: (message) => (messages.push(message), onMessage(message)),
  }).catch((error: unknown) => error as { code: string })
  const of = <Kind extends FromWorker['kind']>(kind: Kind) =>
    messages.filter((message) => message.kind === kind) as Extract<FromWorker, { kind: Kind }>[]
  return { result, of }
}

async function trainTask(changes = {}): Promise<TrainTask> {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-run-'))
  const pictures = await toyPictures(12)
  const lines = pictures.map((pair, index) =>
    JSON.stringify({ ...pair, captionId: index, split: index < 8 ? 'train' : 'held-out' }),
  )
  const snapshot = join(folder, 'snapshot.jsonl')
  writeFileSync(snapshot, `${lines.join('\n')}\n`)
  const knobs = knobsOf(recipeNamed('finetune'), {
    steps: 6,
    batchSize: 4,
    warmupSteps: 1,
    itmAnchors: 0,
    checkpointEvery: 2,
    logEvery: 2,
    compile: false,
    ...changes,
  })
  const cache = mkdtempSync(join(tmpdir(), 'winnow-cache-'))
  const start = await toyCheckpoint()
  return { kind: 'train', folder, snapshot, cache, knobs, start, shape: 'test', seed: 1, resume: false }
}

test('a training task measures, trains, saves and measures again', patient, async () => {
  const { result, of } = await perform(await trainTask())
  expect(result).toMatchObject({ steps: 6 })
  expect(of('evaluation').map(({ when, captions }) => [when, captions.length])).toEqual([
    ['before', 4],
    ['after', 4],
  ])
  expect(of('checkpoint').map(({ step }) => step)).toEqual([2, 4, 6])
  expect(of('metric').map(({ step }) => step)).toEqual([2, 4, 6])
  const done = of('stage')
    .filter(({ stage }) => stage === 'train')
    .map(({ done }) => done)
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('a training task says where its time went, and a resumed one counts its own steps', patient, async () => {
  const task = await trainTask()
  const started = performance.now()
  const { of } = await perform(task)
  const passed = (performance.now() - started) / 1000
  const spans = of('profile').map(({ span }) => span)
  expect(spans.reduce((sum, { steps }) => sum + steps, 0)).toBe(6)
  expect(spans.at(-1)!.done).toBe(6)
  const seconds = spans.flatMap((span) => Object.values(span.seconds)).reduce((sum, part) => sum + part, 0)
  expect(seconds).toBeGreaterThan(0.1 * passed)
  expect(seconds).toBeLessThanOrEqual(passed)
  const secondsOf = (name: 'prepare' | 'compute' | 'checkpoint' | 'evaluate' | 'upload' | 'download') =>
    spans.reduce((sum, span) => sum + span.seconds[name], 0)
  for (const name of ['prepare', 'compute', 'checkpoint', 'evaluate', 'upload', 'download'] as const)
    expect([name, secondsOf(name) > 0]).toEqual([name, true])
  expect(spans[0]).toMatchObject({ device: 'CPU' })
  const again = await perform({ ...task, knobs: { ...task.knobs }, resume: true })
  expect(again.of('profile').reduce((sum, { span }) => sum + span.steps, 0)).toBe(0)
})

test('an overfit task learns a few pairs by heart and keeps the verdict, not the weights', patient, async () => {
  // a matching head as narrow as the toy's takes longer
  const task = await overfitTask({ itmWeight: 0 })
  const { result, of } = await perform(task)
  expect(result).toMatchObject({
    steps: 200,
    overfit: 'passed',
    losses: expect.stringMatching(/lm reached.*itc reached/),
  })
  expect(of('log').at(-1)!.text).toContain('is passed')
  const [{ verdict }] = of('overfit') as [Extract<FromWorker, { kind: 'overfit' }>]
  expect(verdict).toMatchObject({
    passed: true,
    losses: [
      { name: 'lm', reached: true },
      { name: 'itc', reached: true },
    ],
  })
  expect([of('metric').length, of('checkpoint'), of('evaluation')]).toEqual([200, [], []])
  expect(readdirSync(task.folder)).not.toContain('checkpoints')
})

test('an overfit task at next to no rate is not passed', patient, async () => {
  const { result } = await perform(await overfitTask({ learningRate: 1e-7 }))
  expect(result).toMatchObject({ overfit: 'missed', losses: expect.stringContaining('lm is still above its floor') })
})

async function overfitTask(changes = {}): Promise<TrainTask> {
  const task = await trainTask({ learningRate: 0.01, ...changes })
  return { ...task, knobs: overfitKnobs(parseKnobs(task.knobs)), overfit: true }
}

test('a profile task times the operations of a step of all its losses, and leaves the run alone', patient, async () => {
  const { resume: _, ...task } = await trainTask()
  const { result, of } = await perform({ ...task, kind: 'profile' })
  const [{ times }] = of('operations') as [Extract<FromWorker, { kind: 'operations' }>]
  expect(times.batchSize).toBe(4)
  const costs = times.top.map(({ milliseconds }) => milliseconds)
  expect(costs).toEqual(costs.toSorted((a, b) => b - a))
  expect(costs.length).toBeGreaterThan(5)
  expect(times.milliseconds).toBeLessThan(times.stepMilliseconds)
  const fewer = await perform({ ...task, knobs: { ...task.knobs, itmWeight: 0 }, kind: 'profile' })
  expect(fewer.of('operations')[0]!.times.calls).toBeLessThan(times.calls)
  expect(result).toEqual({ operations: times.calls })
  expect(readdirSync(task.folder)).toEqual(['snapshot.jsonl'])
})

test(
  'a cancelled training task saves where it was, and a resumed one ends with what was measured before',
  patient,
  async () => {
    const task = await trainTask({ steps: 40, checkpointEvery: 0 })
    const controller = new AbortController()
    const stopped = await perform(task, {
      signal: controller.signal,
      onMessage: (message) => message.kind === 'stage' && message.done === 3 && controller.abort(),
    })
    const [saved] = stopped.of('checkpoint')
    expect(saved!.step).toBeGreaterThanOrEqual(3)
    expect(saved!.step).toBeLessThan(40)
    const resumed = await perform({ ...task, resume: true })
    expect(resumed.of('stage').find(({ stage }) => stage === 'train')!.done).toBe(saved!.step)
    expect(resumed.of('evaluation')[0]).toEqual(stopped.of('evaluation')[0])
    expect(resumed.result).toMatchObject({ steps: 40 })
  },
)

const capfilt = async (over: Partial<CapfiltTask> = {}): Promise<CapfiltTask> => {
  const folder = await toyCheckpoint()
  return {
    kind: 'capfilt',
    captioner: folder,
    filter: folder,
    decoding: { kind: 'nucleus', topP: 0.9, seed: 1 },
    prompt: '',
    minLength: 4,
    maxLength: 8,
    batchSize: 4,
    ...over,
  }
}

async function workPictures(): Promise<WorkPicture[]> {
  const pictures = await toyPictures(5)
  return pictures.map(({ sampleId, path, text }) => ({
    sampleId,
    path,
    captions: [{ captionId: 100 + sampleId, text }],
    write: sampleId !== 2,
  }))
}

test('a capfilt task writes where asked, scores every caption, and goes on past a bad picture', patient, async () => {
  const pictures = await workPictures()
  pictures[3]!.path = join(tmpdir(), 'no such picture.png')
  const { result, of } = await perform(await capfilt(), { pictures })
  const results = of('results').flatMap(({ results }) => results)
  expect(results.map(({ sampleId, written }) => [sampleId, written !== null])).toEqual([
    [1, true],
    [2, false],
    [3, true],
    [5, true],
  ])
  for (const { sampleId, scores, written } of results) {
    expect(scores).toMatchObject([{ captionId: 100 + sampleId }])
    for (const { itm, itc } of [...scores, ...(written ? [written] : [])]) {
      expect(itm).toBeGreaterThan(0)
      expect(itm).toBeLessThan(1)
      expect(Math.abs(itc!)).toBeLessThanOrEqual(1)
    }
  }
  expect(of('item-fault')).toMatchObject([{ subject: pictures[3]!.path, fault: { code: 'not-found' } }])
  expect(result).toMatchObject({ pictures: 4, written: 3, scored: 4, unreadable: 1 })
  const spans = of('profile').map(({ span }) => span)
  expect(spans.reduce((sum, { steps }) => sum + steps, 0)).toBe(5)
  expect(spans.at(-1)!.done).toBe(5)
})

test('a compiled capfilt task writes and judges the same', patient, async () => {
  const task = await capfilt({ decoding: { kind: 'beam', beams: 2 } })
  const [plain, compiled] = [
    await perform(task, { pictures: await workPictures() }),
    await perform({ ...task, compile: true }, { pictures: await workPictures() }),
  ]
  const judged = (outcome: typeof plain) => outcome.of('results').flatMap(({ results }) => results)
  const expected = judged(plain)
  judged(compiled).forEach(({ written, scores }, index) => {
    expect(written?.text).toBe(expected[index]!.written?.text)
    expect(scores[0]!.itm).toBeCloseTo(expected[index]!.scores[0]!.itm!, 4)
  })
})

test('a captioner alone scores nothing, a filter alone writes nothing', patient, async () => {
  const pictures = await workPictures()
  const alone = await perform(await capfilt({ filter: null, decoding: { kind: 'greedy' } }), { pictures })
  expect(alone.of('results').flatMap(({ results }) => results)[0]).toMatchObject({
    written: { itm: null, itc: null },
    scores: [],
  })
  const judging = await perform(await capfilt({ captioner: null }), { pictures })
  expect(
    judging
      .of('results')
      .flatMap(({ results }) => results)
      .every(({ written, scores }) => written === null && scores.length === 1),
  ).toBe(true)
})

test('a cancelled capfilt task ends with the batch that it works on', patient, async () => {
  const controller = new AbortController()
  const onMessage = (message: FromWorker) => message.kind === 'results' && controller.abort(new Error('enough'))
  const pictures = (await Promise.all([1, 2, 3].map(workPictures))).flat()
  const { result, of } = await perform(await capfilt(), { pictures, signal: controller.signal, onMessage })
  expect(result).toMatchObject({ message: 'enough' })
  expect(of('results').length).toBeLessThanOrEqual(2)
})

test('a damaged checkpoint fails the task with its name', patient, async () => {
  const task = await capfilt()
  writeFileSync(join(task.filter!, 'model.safetensors'), 'damaged')
  expect((await perform(task)).result).toMatchObject({ code: 'checkpoint-corrupt' })
})

test('an evaluate task ranks all pairs of its file', patient, async () => {
  const { snapshot, start } = await trainTask()
  const { of } = await perform({ kind: 'evaluate', checkpoint: start!, pairs: snapshot })
  expect(of('evaluation')).toMatchObject([{ when: 'after', retrieval: { candidates: 12 } }])
})

test('a worker whose line is cut exits', patient, async () => {
  const child = fork(workerProgram, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.once('spawn', () => setTimeout(() => child.disconnect(), 1500))
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1)
})
