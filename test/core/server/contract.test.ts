import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contract, faultOf } from '../../../core/contract/index.ts'
import { ended, everything, makeCheckpoint, makePairs, testEngine, type TestEngine } from '../../support/engine.ts'

let test: TestEngine
let checkpoint: string

beforeAll(async () => {
  test = await testEngine()
  const job = await test.client.jobs.start({ spec: { kind: 'import', path: await makePairs(test.root, 12) } })
  await ended(test, job.id)
  checkpoint = (await test.client.models.import({ folder: await makeCheckpoint(test.root), name: 'small' })).hash
}, 30_000)
afterAll(() => test.close())

const code = async (call: Promise<unknown>) =>
  faultOf(
    await call.then(
      () => 'nothing failed',
      (error) => error,
    ),
  ).code

describe('the engine, through its contract', () => {
  it('imports a folder, keeps what cannot be read with its reason, and counts both', async () => {
    const [job] = await test.client.jobs.list()
    expect(job).toMatchObject({ state: 'finished', result: { unreadable: 1 }, progress: { faults: 1 } })
    expect(await test.client.project.current()).toMatchObject({ pictures: 13, unreadable: 1, sample: false })
    const { faults, total } = await test.client.jobs.faults({ job: job!.id })
    expect(total).toBe(1)
    expect(faults[0]!.subject).toContain('broken.jpg')
  })

  it('opens a view, pages it, finds places in it, and counts it', async () => {
    const { pairs } = test.client
    const { view, count, pictures } = await pairs.open({ text: 'square', sort: everything.sort })
    expect([count, pictures]).toEqual([12, 12])
    const page = await pairs.page({ view, from: 10, to: 900 })
    expect(page).toHaveLength(2)
    expect(await pairs.locate({ view, captionId: page[0]!.captionId })).toBe(10)
    expect(await pairs.next({ view, from: 5 })).toBeTypeOf('number')
    expect(await pairs.counts({ view })).toMatchObject({ decision: { undecided: 12 }, source: { web: 12 } })
    expect(await pairs.detail({ sampleId: page[0]!.sampleId })).toMatchObject({
      format: 'webp',
      captions: [{ text: page[0]!.text }],
    })
    expect(await pairs.facets()).toMatchObject({ unreadable: 1 })
  })

  it('decides, edits, adds, swaps, undoes and redoes, and lists it all', async () => {
    const { pairs, curate } = test.client
    const { view } = await pairs.open(everything)
    const [first, second] = await pairs.page({ view, from: 0, to: 2 })
    expect(
      await curate.decide({ target: { kind: 'range', view, from: 0, to: 3 }, decision: 'accepted' }),
    ).toMatchObject({ changed: 3 })
    const edited = await curate.edit({ captionId: first!.captionId, text: 'a better caption' })
    expect(
      (await pairs.detail({ sampleId: first!.sampleId })).captions.find(({ id }) => id === edited.captionId),
    ).toMatchObject({ source: 'human', decision: 'accepted' })
    const added = await curate.add({ sampleId: second!.sampleId, text: 'one more' })
    expect(await curate.swap({ captionId: added.captionId })).toHaveProperty('changed')
    const before = await curate.history({})
    await curate.undo()
    await curate.redo()
    expect((await curate.history({ limit: 50 })).length).toBe(before.length)
    expect(before.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['decide', 'edit', 'add']))
  })

  it('captions and scores through a worker, and applies a threshold as one step', async () => {
    const { jobs, capfilt } = test.client
    const { id } = await jobs.start({
      spec: { kind: 'capfilt', query: everything, captioner: checkpoint, filter: checkpoint, batchSize: 5 },
    })
    expect(await ended(test, id)).toMatchObject({
      state: 'finished',
      result: { pictures: 12, written: 12 },
      progress: { done: 12, total: 12 },
    })
    const [scorer] = await capfilt.scorers()
    const choice = { scorer: scorer!.scorer, metric: 'itm' } as const
    const counts = await capfilt.counts(choice)
    expect(counts.synthetic.reduce((sum, value) => sum + value, 0)).toBe(12)
    const thresholds = { web: 0.9, synthetic: 0.5 }
    expect((await capfilt.near({ ...choice, thresholds, limit: 3 }))[0]!.synthetic!.provenance).toMatchObject({
      checkpoint,
      job: id,
    })
    const applied = await capfilt.apply({ ...choice, thresholds })
    expect(applied.accepted).toBeGreaterThanOrEqual(12)
    expect(applied.operation).toMatchObject({ kind: 'threshold', undoable: true })
  })

  it('lists recipes, shapes and checkpoints, and says before a run what is in its way', async () => {
    const { models, runs } = test.client
    expect((await models.recipes()).map(({ name }) => name)).toContain('finetune')
    expect((await models.shapes()).map(({ name }) => name)).toContain('tiny')
    expect((await models.checkpoints()).map(({ hash }) => hash)).toContain(checkpoint)
    const spec = { kind: 'train', name: 'a', query: everything, recipe: 'finetune', start: checkpoint } as const
    const found = await runs.preflight(spec)
    expect(found.problems.map((problem) => problem.code)).toContain('too-few-pairs')
    expect(found.memoryBytes).toBeGreaterThan(0)
    expect(await code(test.client.jobs.start({ spec }))).toBe('too-few-pairs')
    expect((await runs.preflight({ ...spec, start: null })).problems.map((problem) => problem.code)).toContain(
      'shape-missing',
    )
    // a Q-Former can take over the picture encoder of another family, if it has the same sizes; a CLIP model has another one
    for (const [recipe, problem] of [
      ['qformer', 'encoder-unsuitable'],
      ['clip', 'family-unsuitable'],
    ] as const)
      expect((await runs.preflight({ ...spec, recipe })).problems.map(({ code }) => code)).toContain(problem)
    expect(
      (await runs.preflight({ ...spec, recipe: 'nope', query: { ...everything, text: '(' } })).problems.map(
        (problem) => problem.code,
      ),
    ).toEqual(expect.arrayContaining(['recipe-unknown', 'query-invalid']))
  })

  it('runs a training job and keeps what its worker told: curves, log, evaluation, checkpoint', async () => {
    const spec = {
      kind: 'train',
      name: 'first',
      query: everything,
      recipe: 'finetune',
      start: checkpoint,
      changes: { batchSize: 2, steps: 3 },
    } as const
    const { id } = await test.client.jobs.start({ spec })
    const job = await ended(test, id)
    expect(job).toMatchObject({ state: 'finished', fault: null })
    const [run] = await test.client.runs.list()
    expect(run).toMatchObject({
      id: job.result!['run'],
      name: 'first',
      state: 'finished',
      step: 3,
      steps: 3,
      checkpoint: job.result!['checkpoint'],
    })
    const detail = await test.client.runs.get({ run: run!.id })
    expect(detail.curves).toEqual({
      names: ['loss'],
      rows: [
        [1, 3],
        [2, 2],
        [3, 1],
      ],
    })
    expect(detail.log.at(-1)!.text).toBe('nothing to learn')
    expect(detail.evaluation).toMatchObject({
      retrievalBefore: { candidates: 4 },
      retrievalAfter: { candidates: 4 },
      captions: [{ before: 'what before', after: 'what after' }],
    })
    expect((await test.client.models.checkpoints()).find(({ hash }) => hash === run!.checkpoint)).toMatchObject({
      origin: 'run',
      run: run!.id,
    })
  })

  it('tells where the time of a run went, with advice, and times its operations when asked', async () => {
    const [run] = await test.client.runs.list()
    const profile = (await test.client.jobs.profile({ job: run!.job }))!
    expect(profile).toMatchObject({ steps: 3, seconds: 30, stepsPerSecond: 0.2, cores: 2, operations: null })
    expect(profile.shares).toMatchObject({ compute: 0.25, wait: 0.25, evaluate: 0.5, upload: 0 })
    expect(profile.spans.map(({ until, done }) => [until, done])).toEqual([
      [10, 1],
      [20, 2],
      [30, 3],
    ])
    expect(profile).toMatchObject({ ownLoad: 0.5, otherLoad: 0.25, peakBytes: 1003 })
    expect(profile.advice.map(({ code }) => code)).toContain('evaluate-long')
    const { id } = await test.client.jobs.start({ spec: { kind: 'profile', run: run!.id } })
    expect(await ended(test, id)).toMatchObject({ state: 'finished', result: { run: run!.id, operations: 3 } })
    const { operations } = (await test.client.jobs.profile({ job: run!.job }))!
    expect(operations).toMatchObject({ calls: 3, top: [{ name: 'MatMul', share: 0.75 }] })
    expect(await code(test.client.jobs.start({ spec: { kind: 'profile', run: 'none' } }))).toBe('not-found')
    expect(await code(test.client.jobs.profile({ job: 'none' }))).toBe('job-unknown')
    const [unmeasured] = (await test.client.jobs.list()).filter(({ spec }) => spec.kind === 'import')
    expect(await test.client.jobs.profile({ job: unmeasured!.id })).toBeNull()
  })

  it('measures a checkpoint on a query', async () => {
    const { id } = await test.client.jobs.start({ spec: { kind: 'evaluate', checkpoint, query: everything } })
    expect((await ended(test, id)).result).toMatchObject({ candidates: 4, imageToTextR1: 0.5, textToImageR10: 1 })
  })

  it('previews and writes exports of pairs and of a model', async () => {
    const { exports: previews, jobs } = test.client
    const folder = join(test.root, 'out')
    const pairs = { kind: 'export-dataset', query: everything, format: 'jsonl', folder } as const
    expect((await previews.preview(pairs)).problems).toEqual([])
    expect(await ended(test, (await jobs.start({ spec: pairs })).id)).toMatchObject({ state: 'finished' })
    expect(readFileSync(join(folder, 'captions.jsonl'), 'utf8')).toContain('grey square')
    expect((await previews.preview(pairs)).problems[0]!.code).toBe('folder-not-empty')
    const model = { kind: 'export-model', checkpoint, layout: 'retrieval', folder: join(test.root, 'model') } as const
    expect((await previews.preview(model)).problems).toEqual([])
    expect(await ended(test, (await jobs.start({ spec: model })).id)).toMatchObject({ state: 'finished' })
    expect(existsSync(join(test.root, 'model', 'model.safetensors'))).toBe(true)
    expect(await code(jobs.start({ spec: model }))).toBe('folder-not-empty')
  })

  it('remembers what the window asks it to, and the projects opened lately', async () => {
    const { project } = test.client
    await project.remember({ filter: 'source:web', width: 300 })
    expect(await project.memory()).toEqual({ filter: 'source:web', width: 300 })
    expect((await project.recent())[0]).toMatchObject({ folder: test.project, exists: true })
  })

  it('answers with faults that have a code, for what is unknown, invalid or impossible', async () => {
    const { jobs, pairs, runs, models, project } = test.client
    expect(await code(jobs.get({ job: 'none' }))).toBe('job-unknown')
    expect(await code(pairs.page({ view: 'none', from: 0, to: 1 }))).toBe('view-expired')
    expect(await code(pairs.page({ view: 'none', from: 'x' as never, to: 1 }))).toBe('bad-input')
    expect(await code(runs.get({ run: 'none' }))).toBe('not-found')
    expect(await code(models.import({ folder: test.root, name: 'x' }))).toBe('not-a-checkpoint')
    expect(await code(project.open({ folder: join(test.root, 'nothing') }))).toBe('not-a-project')
    expect(await code(jobs.start({ spec: { kind: 'import', path: join(test.root, 'nothing') } }))).toBe('not-found')
    expect(
      await code(jobs.start({ spec: { kind: 'capfilt', query: everything, captioner: null, filter: 'none' } })),
    ).toBe('checkpoint-unknown')
    expect((await project.current())!.folder).toBe(test.project)
  })

  it('uses no checkpoint with a changed byte, and none of another shape', async () => {
    const { jobs, models, runs } = test.client
    const folder = await makeCheckpoint(test.root, 'damaged')
    const { hash } = await models.import({ folder, name: 'damaged' })
    const path = join(folder, 'model.safetensors')
    const bytes = readFileSync(path)
    bytes[bytes.length - 5]! ^= 1
    writeFileSync(path, bytes)
    expect(await code(models.import({ folder, name: 'again' }))).toBe('checkpoint-corrupt')
    expect(await code(jobs.start({ spec: { kind: 'evaluate', checkpoint: hash, query: everything } }))).toBe(
      'checkpoint-corrupt',
    )
    const spec = { kind: 'train', name: 'a', query: everything, recipe: 'finetune', start: hash } as const
    expect((await runs.preflight(spec)).problems.map((problem) => problem.code)).toContain('checkpoint-corrupt')
    writeFileSync(path, bytes.with(bytes.length - 5, bytes[bytes.length - 5]! ^ 1))
    expect((await runs.preflight({ ...spec, shape: 'tiny' })).problems.map((problem) => problem.code)).toContain(
      'shape-mismatch',
    )
  })

  it('tells its version and describes every procedure for scripts', async () => {
    expect(await test.client.system.version()).toMatchObject({ node: process.version })
    const page = await (await test.engine.handler(new Request('http://engine/openapi.json'))).json()
    const procedures = Object.entries(contract).flatMap(([group, members]) =>
      Object.keys(members).map((name) => `/${group}/${name}`),
    )
    expect(Object.keys(page.paths).sort()).toEqual(procedures.sort())
    const plain = await test.engine.handler(
      new Request('http://engine/api/jobs/get', {
        method: 'POST',
        body: '{"job":"none"}',
        headers: { 'content-type': 'application/json' },
      }),
    )
    expect(plain.status).toBe(404)
    expect(await plain.json()).toMatchObject({
      code: 'job-unknown',
      data: { code: 'job-unknown', message: expect.any(String) },
    })
  })

  it('tells open windows what changed, and forgets those that closed', async () => {
    const changes = await test.client.project.changes()
    const next = changes.next()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const { view } = await test.client.pairs.open(everything)
    await test.client.curate.decide({ target: { kind: 'view', view }, decision: 'rejected' })
    expect((await next).value).toEqual({ what: 'pairs' })
    await changes.return()
  })
})
