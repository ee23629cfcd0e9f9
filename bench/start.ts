/**
 * Seconds from the launch of a process to its first training step done: the first time, when nothing is kept, and when
 * what was compiled lies in the cache on disk. Run: npm run bench -- start [tiny|small|base] [--quick] [--limit=300] [--json]
 */
import { join } from 'node:path'
import { rounded } from './harness/measure.ts'
import { oursModes, peerModes } from './harness/modes.ts'
import { startPeer, type Program } from './harness/program.ts'
import { withPeers } from './harness/python.ts'
import { median, type BenchRow } from './harness/record.ts'
import { measuredCases, type MeasuredCase, type TrainingCase } from './harness/trainingCase.ts'
import type { BenchOptions } from './run.ts'

/** The second launch takes a third of the first at most, where the first compiles. */
const target = 3
/** Seconds for all launches of one mode: torch.compile can take many minutes. */
const usualLimit = 300

/** Rows of this benchmark; the quick one runs without a peer where none is installed. */
export async function* bench(options: BenchOptions): AsyncGenerator<BenchRow> {
  for await (const each of measuredCases(options, ['small'])) yield* measure(each, options)
}

async function* measure({ size, training, folder }: MeasuredCase, options: BenchOptions): AsyncGenerator<BenchRow> {
  const { quick, limit = usualLimit } = options
  const how = { training, again: quick ? 1 : 3, limit }
  for (const { name, mode, keeps, start } of oursModes(options)) {
    const cache = join(folder, name) // each mode's first launch finds nothing
    const launches = await launch(() => start({ cache }), { ...how, mode })
    yield row(`${size.size}, ours ${name}`, launches, { limit, goal: quick || !keeps ? null : target })
  }
  for (const { name, mode } of withPeers(options) ? peerModes(options) : []) {
    const environment = { TORCHINDUCTOR_CACHE_DIR: join(folder, 'inductor') }
    const launches = await launch(() => startPeer('train.py', { environment }), { ...how, mode })
    yield row(`${size.size}, ${name}`, launches, { limit, goal: null })
  }
}

interface LaunchOptions {
  training: TrainingCase
  mode: string
  /** Launches after the first. */
  again: number
  /** Seconds for all launches together. */
  limit: number
}

/** Seconds of each launch that ended in time: all, or as many as the limit left. */
async function launch(start: () => Promise<Program>, options: LaunchOptions): Promise<number[]> {
  const { training, mode, again, limit } = options
  const seconds: number[] = []
  const end = performance.now() + 1000 * limit
  while (seconds.length <= again) {
    const began = performance.now()
    const program = await start()
    const ended = await inTime(program, end - performance.now(), async () => {
      await program.ask('prepare', { name: 'start', ...training })
      await program.ask('step', { name: 'start', mode })
    })
    if (!ended) break
    seconds.push((performance.now() - began) / 1000)
    await program.close()
  }
  return seconds
}

/** Whether the work was done in this time; if not, the program is killed in the middle of it. */
async function inTime(program: Program, milliseconds: number, work: () => Promise<void>): Promise<boolean> {
  let late = false
  const timer = setTimeout(() => ((late = true), void program.kill()), Math.max(0, milliseconds))
  try {
    await work()
  } catch (error) {
    if (!late) throw error
    await program.kill()
  } finally {
    clearTimeout(timer)
  }
  return !late
}

/** A row of the second launch, or one that says which launch did not end in time. */
function row(
  name: string,
  [first, ...later]: number[],
  { limit, goal }: { limit: number; goal: number | null },
): BenchRow {
  if (first === undefined) return unfinished(`${name}: first launch`, limit, `not finished in ${limit} s`)
  const told = `first launch ${first.toFixed(2)} s`
  if (later.length === 0) {
    return unfinished(`${name}: second launch`, limit, `${told}; the second not finished within ${limit} s of both`)
  }
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
    note: `launch of the process to the first step done; least ${Math.min(...later).toFixed(2)} s, ${told}`,
  }
}

const unfinished = (name: string, limit: number, note: string): BenchRow => ({
  name,
  unit: 's, given up',
  ours: limit,
  peer: null,
  peerName: null,
  ratio: null,
  target: null,
  pass: null,
  n: 0,
  note,
})
