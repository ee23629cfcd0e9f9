/**
 * Most memory resident at a time in a fresh process that loads a model and trains three steps, ours and PyTorch's.
 * Run: npm run bench -- memory [small|base] [--quick] [--json]
 */
import { rounded } from './harness/measure.ts'
import { oursModes, peerModes } from './harness/modes.ts'
import { startPeer, type Program } from './harness/program.ts'
import { withPeers } from './harness/python.ts'
import type { BenchRow } from './harness/record.ts'
import { measuredCases, type CaseOptions, type MeasuredCase, type TrainingCase } from './harness/trainingCase.ts'
import type { BenchOptions } from './run.ts'

const steps = 3
/** At most 1.2 times as much as the peer. */
const target = 1 / 1.2

/** Rows of this benchmark; the quick one runs without a peer where none is installed. */
export async function* bench(options: BenchOptions): AsyncGenerator<BenchRow> {
  for await (const each of measuredCases(options, ['small', 'base'])) yield* measure(each, options)
}

async function* measure({ size, training }: MeasuredCase, options: BenchOptions): AsyncGenerator<BenchRow> {
  const { quick } = options
  const theirs: Use[] = []
  for (const { name, mode } of withPeers(options) ? peerModes(options) : []) {
    theirs.push({ name, bytes: await peak(await startPeer('train.py'), training, mode) })
  }
  const modes = oursModes(options).slice(0, quick ? 1 : undefined)
  for (const { name, mode, start } of modes) {
    const bytes = await peak(await start(), training, mode)
    yield row(size, { name, bytes }, { theirs, counts: !quick && name === modes[0]!.name })
  }
}

async function peak(program: Program, training: TrainingCase, mode: string): Promise<number> {
  await program.ask('prepare', { name: 'memory', ...training })
  for (let step = 0; step < steps; step++) await program.ask('step', { name: 'memory', mode })
  const { bytes } = await program.ask<{ bytes: number }>('memory')
  await program.close()
  return bytes
}

interface Use {
  name: string
  bytes: number
}

function row(
  { size, pairs }: CaseOptions,
  ours: Use,
  { theirs, counts }: { theirs: Use[]; counts: boolean },
): BenchRow {
  const mebibytes = ({ bytes }: Use) => Math.round(bytes / 2 ** 20)
  const least = theirs.toSorted((a, b) => a.bytes - b.bytes)[0] ?? null
  const ratio = least && least.bytes / ours.bytes
  return {
    name: `${size}, batch ${pairs}, ${ours.name}`,
    unit: 'MiB',
    ours: mebibytes(ours),
    peer: least && mebibytes(least),
    peerName: least && least.name,
    ratio: ratio && rounded(ratio),
    target: counts ? rounded(target) : null,
    pass: counts && ratio ? ratio >= target : null,
    n: 1,
    note: [
      ...theirs.map((each) => `${each.name} ${mebibytes(each)} MiB`),
      `peak of a fresh process after ${steps} steps`,
    ].join('; '),
  }
}
