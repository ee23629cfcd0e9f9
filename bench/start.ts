/**
 * Seconds from the launch of a process to its first training step done: the first time, and when what was compiled lies
 * in the cache on disk. Run: npm run bench -- start [tiny|small|base] [--quick] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rounded } from './harness/measure.ts'
import { oursModes, peerModes } from './harness/modes.ts'
import { startPeer, type Program } from './harness/program.ts'
import { withPeers } from './harness/python.ts'
import { median, type BenchRow } from './harness/record.ts'
import {
  smokeSize,
  trainingSizes,
  writeTrainingCase,
  type CaseOptions,
  type TrainingCase,
} from './harness/trainingCase.ts'
import type { BenchOptions } from './run.ts'

/** The second launch takes a third of the first at most, where the first compiles. */
const target = 3

/** Rows of this benchmark; the quick one runs without a peer where none is installed. */
export async function* bench(options: BenchOptions): AsyncGenerator<BenchRow> {
  const { quick, only } = options
  const usual = trainingSizes.filter(({ size }) => (only.length > 0 ? only.includes(size) : size === 'small'))
  for (const size of quick ? [smokeSize] : usual) yield* measure(size, options)
}

async function* measure(size: CaseOptions, options: BenchOptions): AsyncGenerator<BenchRow> {
  const { quick } = options
  const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-'))
  const again = quick ? 1 : 3
  try {
    const training = await writeTrainingCase(folder, size)
    for (const { name, mode, keeps, start } of oursModes(options)) {
      const launches = await launch(() => start({ cache: join(folder, 'programs') }), { training, mode, again })
      yield row(`${size.size}, ours ${name}`, launches, quick || !keeps ? null : target)
    }
    for (const { name, mode } of withPeers(options) ? peerModes(options) : []) {
      const environment = { TORCHINDUCTOR_CACHE_DIR: join(folder, 'inductor') }
      const launches = await launch(() => startPeer('train.py', { environment }), { training, mode, again })
      yield row(`${size.size}, ${name}`, launches, null)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Launch {
  training: TrainingCase
  mode: string
  /** Launches after the first. */
  again: number
}

interface Launches {
  first: number
  later: number[]
}

async function launch(start: () => Promise<Program>, { training, mode, again }: Launch): Promise<Launches> {
  const seconds: number[] = []
  for (let time = 0; time <= again; time++) {
    const began = performance.now()
    const program = await start()
    await program.ask('prepare', { name: 'start', ...training })
    await program.ask('step', { name: 'start', mode })
    seconds.push((performance.now() - began) / 1000)
    await program.close()
  }
  return { first: seconds[0]!, later: seconds.slice(1) }
}

function row(name: string, { first, later }: Launches, goal: number | null): BenchRow {
  const second = median(later)
  const ratio = first / second
  return {
    name: `${name}: second launch`,
    unit: 's',
    ours: rounded(second),
    peer: rounded(first),
    peerName: 'first launch',
    ratio: rounded(ratio),
    target: goal,
    pass: goal === null ? null : ratio >= goal,
    n: later.length,
    note: `launch of the process to the first step done; least ${Math.min(...later).toFixed(2)} s, first launch ${first.toFixed(2)} s`,
  }
}
