import { join } from 'node:path'
import { composeSample } from '../../exchange/sample/index.ts'
import { progressText, runJob } from '../follow.ts'
import { queryOf } from '../options.ts'
import type { Output } from '../output.ts'
import type { Client } from '../session.ts'
import { best, runArm, type ArmResult } from './arms.ts'
import { calibrate, captionAccuracy, filterQuality, readTruth } from './measure.ts'
import { modelsFor, sizes } from './models.ts'
import { pairsOf, queriesOf } from './pairs.ts'
import { createStages, round } from './stages.ts'

export interface DemoOptions {
  /** Also the controls: human pairs only, and a random subset as large as the filtered one. */
  all: boolean
  quick: boolean
  seed: number
}

/** The whole circle on the sample: import, caption and filter, choose, train, compare, export. */
export async function runCircle(client: Client, folder: string, { all, quick, seed }: DemoOptions, output: Output) {
  const begun = performance.now()
  const stages = createStages(output)
  const size = sizes[quick ? 'quick' : 'full']
  const sample = await stages.run('compose the sample', () => {
    const { human, web, heldOut } = size
    const progress = ({ done, total }: { done: number; total: number }) =>
      output.update(progressText({ stage: 'compose', done, total, rate: null, secondsLeft: null, faults: 0 }))
    return composeSample(join(folder, 'scenes'), { seed, human, web, heldOut, progress })
  })
  await stages.run('import', async () => {
    const sets = [
      [sample.web, 'web'],
      [sample.human, 'human'],
      [sample.heldOutCombo, 'human'],
      [sample.heldOutVendor, 'human'],
    ] as const
    for (const [path, source] of sets)
      await runJob(
        client,
        { kind: 'import', path, format: 'jsonl', pathColumn: 'path', captionColumn: 'caption', source },
        output,
      )
  })
  const trusted = await pairsOf(client, 'path:images/human-')
  const queries = queriesOf(trusted[Math.floor(trusted.length * 0.8)]!.sampleId)

  const models = await stages.run('captioner and filter', () => modelsFor(client, queries, size, seed, output))
  await stages.run('caption and score', async () => {
    const job = {
      kind: 'capfilt',
      decoding: { kind: 'greedy' },
      filter: models.filter,
      maxLength: 30,
    } as const
    await runJob(client, { ...job, query: queryOf(queries.web), captioner: models.captioner }, output)
    await runJob(client, { ...job, query: queryOf(queries.calibration), captioner: null }, output)
  })

  const truth = readTruth(sample)
  const web = await pairsOf(client, queries.web)
  const { metric, thresholds } = calibrate(await pairsOf(client, queries.calibration), web)
  await stages.run('apply the threshold', () => client.capfilt.apply({ scorer: models.filter, metric, thresholds }))
  const filter = filterQuality(web, truth, metric, thresholds.web)
  const captions = {
    web: captionAccuracy(web, truth),
    synthetic: captionAccuracy(await pairsOf(client, queries.synthetic), truth),
    keptWeb: captionAccuracy(await pairsOf(client, queries.keptWeb), truth),
    keptSynthetic: captionAccuracy(await pairsOf(client, `${queries.synthetic} decision:accepted`), truth),
  }

  const arms: ArmResult[] = []
  const wanted: [string, string][] = [
    ['raw', queries.arms.raw],
    ['filter', queries.arms.filter],
    ['captioner + filter', queries.arms['captioner + filter']],
  ]
  // The noise of a web picture doesn't depend on its place, so the first ones are a random subset.
  if (all)
    wanted.push(
      ['human only', queries.arms.human],
      ['random', queries.arms.random(web[Math.max(0, filter.kept - 1)]!.sampleId)],
    )
  for (const [arm, query] of wanted) {
    arms.push(
      await stages.run(`arm: ${arm}`, () =>
        runArm(client, { arm, query, steps: size.arm, start: models.start, seed }, queries, output),
      ),
    )
  }
  const after = best(arms.slice(1, 3))
  const exported = await stages.run('export', () =>
    exportAll(client, folder, wanted.find(([arm]) => arm === after.arm)![1], after.checkpoint, output),
  )
  return {
    seconds: round((performance.now() - begun) / 1000),
    stages: stages.list,
    quick,
    seed,
    models: models.shipped ? 'shipped' : 'trained here',
    filter,
    captions,
    retrieval: { before: arms[0]!, after, arms: Object.fromEntries(arms.map((arm) => [arm.arm, arm])) },
    exported,
  }
}

export type DemoRecord = Awaited<ReturnType<typeof runCircle>>

async function exportAll(
  client: Client,
  folder: string,
  query: string,
  checkpoint: string,
  output: Output,
): Promise<string[]> {
  const targets = {
    pairs: join(folder, 'export', 'pairs'),
    retrieval: join(folder, 'export', 'retrieval'),
    captioning: join(folder, 'export', 'captioning'),
  }
  await runJob(
    client,
    { kind: 'export-dataset', query: queryOf(query), format: 'jsonl', folder: targets.pairs },
    output,
  )
  for (const layout of ['retrieval', 'captioning'] as const)
    await runJob(client, { kind: 'export-model', checkpoint, layout, folder: targets[layout] }, output)
  return Object.values(targets)
}
