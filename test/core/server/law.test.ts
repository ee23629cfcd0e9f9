import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobSpecInput } from '../../../core/contract/index.ts'
import { collect, expectLawful } from '../../support/law.ts'
import { ended, everything, makeCheckpoint, makePairs, testEngine, type TestEngine } from '../../support/engine.ts'

let test: TestEngine
const specs: Record<string, () => JobSpecInput> = {
  import: () => ({ kind: 'import', path: pairs }),
  capfilt: () => ({ kind: 'capfilt', query: everything, captioner: checkpoint, filter: checkpoint, batchSize: 2 }),
  train: () => ({
    kind: 'train',
    name: 'a',
    query: everything,
    recipe: 'finetune',
    start: checkpoint,
    changes: { batchSize: 2, steps: 4 },
  }),
  evaluate: () => ({ kind: 'evaluate', checkpoint, query: everything }),
  profile: () => ({ kind: 'profile', run: trained }),
  'export-dataset': () => ({
    kind: 'export-dataset',
    query: everything,
    format: 'sidecar',
    folder: join(test.root, 'dataset'),
  }),
  'export-model': () => ({ kind: 'export-model', checkpoint, layout: 'captioning', folder: join(test.root, 'model') }),
}
let pairs: string
let checkpoint: string
let trained: string

beforeAll(async () => {
  test = await testEngine()
  pairs = await makePairs(test.root, 8)
  await ended(test, (await test.client.jobs.start({ spec: specs['import']!() })).id)
  checkpoint = (await test.client.models.import({ folder: await makeCheckpoint(test.root), name: 'small' })).hash
  const run = await ended(
    test,
    (await test.client.jobs.start({ spec: { ...specs['train']!(), name: 'b' } as JobSpecInput })).id,
  )
  trained = String(run.result!['run'])
}, 30_000)
afterAll(() => test.close())

describe.each(Object.keys(specs))('a job of the kind %s', (kind) => {
  it('keeps the law from queued to finished, and a client that joins late sees the same', async () => {
    const { id } = await test.client.jobs.start({ spec: specs[kind]!() })
    const live = await collect(await test.client.jobs.events({ job: id }))
    expectLawful(live)
    expect(live.map((event) => event.kind).filter((name) => ['queued', 'started', 'finished'].includes(name))).toEqual([
      'queued',
      'started',
      'finished',
    ])
    expect(await collect(await test.client.jobs.events({ job: id }))).toEqual(live)
    expect(await collect(await test.client.jobs.events({ job: id, after: live.at(-2)!.sequence }))).toEqual(
      live.slice(-1),
    )
  })

  it('changes nothing when it is resumed after its end', async () => {
    const job = (await test.client.jobs.list()).find(({ spec }) => spec.kind === kind)!
    expect(await test.client.jobs.resume({ job: job.id })).toEqual(job)
  })
})
