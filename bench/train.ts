/** Pairs a second of the captured training step, all three losses. Run: npm run bench -- train [--quick] [--json] */
import { execFileSync } from 'node:child_process'

import { join } from 'node:path'
import { initialise, parameterCount, readShape, upload } from '../core/model/index.ts'
import { startTensor, tf } from '../core/tensor/index.ts'
import type { Batch } from '../core/train/batches.ts'
import { knobsOf, recipeNamed } from '../core/train/index.ts'
import { createOptimiser, disposeOptimiser } from '../core/train/optimiser.ts'
import { captureTrainingStep, runStep } from '../core/train/step.ts'
import type { BenchRow } from './harness/record.ts'

interface Case {
  shape: 'tiny' | 'small'
  compile: boolean
  batchSize: number
}

const textLength = 16

/** Steps ready to run on the same made-up batch; the first call, which compiles, is timed apart. */
async function prepare({ shape: name, compile, batchSize }: Case) {
  const { shape } = readShape(join(import.meta.dirname, '../resources/models', `${name}.json`))
  const knobs = knobsOf(recipeNamed('finetune'), { compile, batchSize })
  const parameters = upload(initialise(shape, 1))
  const optimiser = createOptimiser(parameters, Object.keys(parameters))
  const step = captureTrainingStep({ shape, parameters, optimiser, knobs, textLength, promptLength: 1, matching: true })
  const batch = madeUp(batchSize, shape.image.size)
  let number = 0
  const run = async () => void (await runStep(step, batch, { seed: 1, rate: 1e-4, step: number++ }))
  const started = performance.now()
  await run()
  const firstSeconds = (performance.now() - started) / 1000
  function dispose() {
    step.dispose()
    disposeOptimiser(optimiser)
    tf.dispose(parameters)
  }
  return { run, dispose, firstSeconds, nodes: step.nodes, parameters: parameterCount(shape) }
}

function madeUp(pairs: number, size: number): Batch {
  const ids = Int32Array.from({ length: pairs * textLength }, (_, at) => 10 + ((at * 31) % 200))
  return {
    images: Uint8Array.from({ length: pairs * size * size * 3 }, (_, at) => (at * 7919) % 256),
    text: ids,
    caption: ids,
    sampleIds: Int32Array.from({ length: pairs }, (_, row) => row),
    captionIds: Int32Array.from({ length: pairs }, (_, row) => row),
    after: { seed: 1, epoch: 0, position: 0 },
  }
}

/** Rows of this benchmark: modes take turns step by step, so that a busy neighbour hits all of them alike. */
export async function bench({ quick = false } = {}): Promise<BenchRow[]> {
  await startTensor()
  const cases: Case[] = [
    { shape: 'tiny', compile: false, batchSize: 64 },
    { shape: 'tiny', compile: true, batchSize: 64 },
    ...(quick ? [] : [{ shape: 'small', compile: false, batchSize: 16 } as const]),
  ]
  const ready = []
  for (const each of cases) ready.push({ ...each, ...(await prepare(each)), times: [] as number[] })
  for (let turn = 0; turn < (quick ? 5 : 25); turn++) {
    for (const each of ready) {
      const started = performance.now()
      await each.run()
      each.times.push(performance.now() - started)
    }
  }
  ready.forEach(({ dispose }) => dispose())
  return ready.map((each) => {
    const milliseconds = median(each.times)
    return {
      name: `${each.shape}, batch ${each.batchSize}, ${each.compile ? 'captured and compiled with XLA' : 'captured'}`,
      unit: 'pairs/s',
      ours: Number(((1000 * each.batchSize) / milliseconds).toFixed(1)),
      peer: null,
      peerName: null,
      ratio: null,
      target: null,
      pass: null,
      n: each.times.length,
      note: `${milliseconds.toFixed(0)} ms a step (least ${Math.min(...each.times).toFixed(0)}), ${(each.parameters / 1e6).toFixed(1)} M parameters, ${each.nodes} nodes, first step ${each.firstSeconds.toFixed(1)} s`,
    }
  })
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

function record(rows: BenchRow[]) {
  const machine = {
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? '',
    threads: availableParallelism(),
    memory: totalmem(),
    node: process.version,
  }
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  return { bench: 'train', machine, commit, rows }
}

if (import.meta.main) {
  const rows = await bench({ quick: process.argv.includes('--quick') })
  for (const { name, ours, unit, note } of rows)
    console.error(`${name.padEnd(58)} ${ours.toFixed(1).padStart(9)} ${unit}   ${note}`)
  if (process.argv.includes('--json')) console.log(JSON.stringify(record(rows)))
}
