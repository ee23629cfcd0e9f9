/**
 * Pairs a second of the training step with all three losses, ours in each of its modes and PyTorch's in turns.
 * Run: npm run bench -- train [tiny|small|base] [--quick] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alternate, compareRates, type Side } from './harness/measure.ts'
import { oursModes, peerModes, type Mode } from './harness/modes.ts'
import { agreement } from './harness/parity.ts'
import { startPeer, type Program } from './harness/program.ts'
import { withPeers } from './harness/python.ts'
import type { BenchRow } from './harness/record.ts'
import { smokeSize, trainingSizes, writeTrainingCase, type TrainingCase } from './harness/trainingCase.ts'
import type { BenchOptions } from './run.ts'

/** Rows of this benchmark. The quick one runs without a peer where none is installed, and does not compile. */
export async function* bench(options: BenchOptions): AsyncGenerator<BenchRow> {
  const { quick, only } = options
  const chosen = quick ? [smokeSize] : trainingSizes.filter(({ size }) => only.length === 0 || only.includes(size))
  const peer = withPeers(options) ? await startPeer('train.py') : null
  for (const size of chosen) yield* await measure(size, peer, options)
  await peer?.close()
}

type Size = (typeof trainingSizes)[number]

async function measure(size: Size, peer: Program | null, options: BenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-'))
  const modes = oursModes(options)
  const programs = new Map<string, Program>()
  try {
    // modes of one runtime share a process, and there the weights
    for (const { runtime, start } of modes) if (!programs.has(runtime)) programs.set(runtime, await start())
    const ours = modes.map((mode) => ({ ...mode, program: programs.get(mode.runtime)! }))
    const training = await writeTrainingCase(folder, size)
    const other = peer
      ? { name: 'PyTorch', program: peer }
      : { name: 'our eager step', program: programs.get('libtensorflow')! }
    const agreements: string[] = []
    for (const { program, mode } of ours) agreements.push(await agreement({ program, mode, other }, training))
    return await takeTurns(size, training, { ours, agreements, peer, options })
  } finally {
    for (const program of programs.values()) await program.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Sides {
  ours: (Mode & { program: Program })[]
  agreements: string[]
  peer: Program | null
  options: BenchOptions
}

/** Prepares each process once, lets every mode compile at a first step, then takes turns. */
async function takeTurns(size: Size, training: TrainingCase, { ours, agreements, peer, options }: Sides) {
  const { size: name } = size
  const programs = [...new Set(ours.map(({ program }) => program)), ...(peer ? [peer] : [])]
  for (const program of programs) await program.ask('prepare', { name, ...training })
  const theirs = peer ? peerModes(options).map((mode) => ({ ...mode, program: peer })) : []
  const sides = [...ours, ...theirs].map(({ program, mode, name: side }): Side => {
    return { name: side, run: () => program.ask('step', { name, mode }) }
  })
  const first = await alternate(sides, { turns: 1, warmUps: 0 })
  const times = await alternate(sides, { turns: size.turns })
  for (const program of programs) await program.ask('drop', { name })
  return ours.map((mode, index) =>
    compareRates({
      name: `${name} (${(training.parameters / 1e6).toFixed(1)} M), batch ${size.pairs}, ${mode.name}`,
      unit: 'pairs/s',
      amount: size.pairs,
      ours: times[index]!,
      peers: times.slice(ours.length),
      target: options.quick || index > 0 ? null : 1,
      note: `${agreements[index]!}; first step ${(first[index]!.ms[0]! / 1000).toFixed(1)} s`,
    }),
  )
}
