/**
 * Captions a second, greedy, with three beams and by nucleus sampling, ours in each of its modes and transformers' in turns.
 * Run: npm run bench -- caption [tiny|small|base] [greedy|beam|nucleus] [1|8|32] [--quick] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeModel, writePictures, type WrittenModel } from './harness/captionCase.ts'
import { alternate, compareRates, type Side } from './harness/measure.ts'
import { startOurs, startPeer, type Program } from './harness/program.ts'
import { withPeers } from './harness/python.ts'
import type { BenchRow } from './harness/record.ts'
import type { CaptionRequest } from './ours/caption.ts'
import type { BenchOptions } from './run.ts'

type Method = CaptionRequest['method']
type Mode = CaptionRequest['mode']

interface Size {
  size: string
  batches: number[]
  turns: number
}

const sizes: Size[] = [
  { size: 'tiny', batches: [1, 8, 32], turns: 9 },
  { size: 'small', batches: [1, 8, 32], turns: 5 },
  { size: 'base', batches: [1, 8], turns: 3 },
]
const methods: Method[] = ['greedy', 'beam', 'nucleus']

/** Tokens of a caption, start and end included, as BLIP's own default. */
const length = 20

/** Pictures whose captions are also written without anything remembered. */
const plainPictures = 2

interface Sides {
  ours: Program
  peer: Program | null
  modes: Mode[]
  quick: boolean
}

/** Rows of this benchmark; the quick one takes a shrunken model and runs without a peer where none is installed. */
export async function bench({ quick, only, alone, uncompiled }: BenchOptions): Promise<BenchRow[]> {
  const wanted = (name: string | number, all: (string | number)[]) =>
    !all.some((each) => only.includes(String(each))) || only.includes(String(name))
  const names = sizes.map(({ size }) => size)
  const chosen = quick ? [{ size: 'small', batches: [2], turns: 1 }] : sizes.filter(({ size }) => wanted(size, names))
  const peer = withPeers({ quick, alone }) ? await startPeer('caption.py') : null
  const sides: Sides = {
    ours: startOurs('caption.ts'),
    peer,
    modes: quick || uncompiled ? ['captured'] : ['captured', 'xla'],
    quick,
  }
  const rows: BenchRow[] = []
  for (const { size, batches, turns } of chosen) {
    const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-'))
    try {
      const written = await writeModel(folder, { size, layouts: ['captioning'], shrink: quick })
      const pictures = writePictures(folder, written.shape, Math.max(...batches))
      for (const side of [sides.ours, ...(peer ? [peer] : [])]) await side.ask('prepare', { written, pictures })
      for (const batch of batches.filter((each) => wanted(each, [1, 8, 32])))
        for (const method of methods.filter((each) => wanted(each, methods)))
          rows.push(...(await measure(written, { size, method, batch, turns }, sides)))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  await Promise.all([sides.ours.close(), peer?.close()])
  return rows
}

interface Case {
  size: string
  method: Method
  batch: number
  turns: number
}

/** Compares tokens first, then takes turns, then tells which part of our time goes where. */
async function measure(written: WrittenModel, { size, method, batch, turns }: Case, sides: Sides): Promise<BenchRow[]> {
  const { ours, peer, modes, quick } = sides
  // Made-up weights don't end their captions, so all are written to the full length, on both sides.
  const most = Math.min(length, written.shape.text.context)
  const request = { method, batch, length: most, least: written.trained ? 0 : most }
  const rows: BenchRow[] = []
  for (const mode of modes) {
    const agreement = await compare({ ...request, mode }, ours, peer)
    const step: Side = { name: mode, run: () => ours.ask('step', { ...request, mode }) }
    const theirs: Side[] = peer ? [{ name: 'transformers', run: () => peer.ask('step', request) }] : []
    const [own, ...others] = await alternate([step, ...theirs], { turns })
    const { look, whole } = await ours.ask<{ look: number; whole: number }>('parts', { ...request, mode })
    rows.push(
      compareRates({
        name: `${size} (${(written.parameters / 1e6).toFixed(1)} M), ${method === 'beam' ? '3 beams' : method}, batch ${batch}, ${mode === 'xla' ? 'captured, XLA' : mode}`,
        unit: 'captions/s',
        amount: batch,
        ours: own!,
        peers: others,
        target: quick || mode !== modes.at(-1) ? null : 2,
        note: `${agreement}; pictures take ${Math.round((100 * look) / whole)} % of ours`,
      }),
    )
  }
  return rows
}

interface Ids {
  ids: number[][]
}

/** @throws Error when our tokens aren't those of the uncached form; the peer may differ where scores nearly tie, which is told. */
async function compare(request: CaptionRequest, ours: Program, peer: Program | null): Promise<string> {
  const { ids } = await ours.ask<Ids>('step', request)
  const few = Math.min(request.batch, plainPictures)
  const { ids: plain } = await ours.ask<Ids>('plain', { ...request, batch: few })
  if (sameRows(ids, plain) < few)
    throw new Error(
      `Captions are not those of the uncached form: ${JSON.stringify({ request, ids: ids.slice(0, few), plain })}`,
    )
  if (!peer || request.method === 'nucleus') return `tokens of ${few} equal the uncached form's`
  const { ids: theirs } = await peer.ask<Ids>('step', request)
  return `tokens equal the uncached form's (${few} of ${few}) and transformers' (${sameRows(ids, theirs)} of ${request.batch})`
}

function sameRows(ours: number[][], theirs: number[][]): number {
  return theirs.filter((row, index) => `${row}` === `${ours[index]}`).length
}
