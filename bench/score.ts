/**
 * Captions judged a second, by matching and by cosine, ours in each of its modes and transformers' in turns.
 * Run: npm run bench -- score [tiny|small|base] [--quick] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seeded } from '../core/model/index.ts'
import { readVocabulary } from '../core/text/vocabulary.ts'
import { writeModel, writePictures, type WrittenModel } from './harness/captionCase.ts'
import { alternate, compareRates, type Side } from './harness/measure.ts'
import { startOurs, startPeer, type Program } from './harness/program.ts'
import { withPeers } from './harness/python.ts'
import type { BenchRow } from './harness/record.ts'
import type { ScoreRequest } from './ours/score.ts'
import type { BenchOptions } from './run.ts'

interface Case {
  size: string
  pictures: number
  /** For each picture. */
  captions: number
  batch: number
  turns: number
}

const cases: Case[] = [
  { size: 'tiny', pictures: 64, captions: 4, batch: 32, turns: 5 },
  { size: 'tiny', pictures: 1, captions: 64, batch: 32, turns: 5 },
  { size: 'small', pictures: 32, captions: 4, batch: 32, turns: 3 },
  { size: 'small', pictures: 1, captions: 64, batch: 32, turns: 5 },
  { size: 'base', pictures: 4, captions: 4, batch: 8, turns: 3 },
]
const smoke: Case[] = [{ size: 'small', pictures: 3, captions: 2, batch: 4, turns: 1 }]

/** Most that a score may differ between the two sides. */
const tolerance = 1e-4

interface Sides {
  ours: Program
  peer: Program | null
  modes: ScoreRequest['mode'][]
  quick: boolean
}

/** Rows of this benchmark; the quick one takes a shrunken model and runs without a peer where none is installed. */
export async function bench({ quick, only, alone, uncompiled }: BenchOptions): Promise<BenchRow[]> {
  const chosen = quick ? smoke : cases.filter(({ size }) => only.length === 0 || only.includes(size))
  const peer = withPeers({ quick, alone }) ? await startPeer('score.py') : null
  const modes: Sides['modes'] = quick || uncompiled ? ['captured'] : ['captured', 'xla']
  const sides: Sides = { ours: startOurs('score.ts'), peer, modes, quick }
  const rows: BenchRow[] = []
  for (const each of chosen) {
    const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-'))
    try {
      const written = await writeModel(folder, { size: each.size, layouts: ['retrieval'], shrink: quick })
      const pictures = writePictures(folder, written.shape, each.pictures)
      for (const side of [sides.ours, ...(peer ? [peer] : [])]) await side.ask('prepare', { written, pictures })
      rows.push(...(await measure(written, each, sides)))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  await Promise.all([sides.ours.close(), peer?.close()])
  return rows
}

interface Scores {
  scores: number[][]
}

async function measure(written: WrittenModel, { size, turns, ...each }: Case, sides: Sides): Promise<BenchRow[]> {
  const { ours, peer, modes, quick } = sides
  const request = { pictures: each.pictures, batch: each.batch, texts: madeUpTexts(written, each) }
  const rows: BenchRow[] = []
  for (const mode of modes) {
    const step: Side = { name: mode, run: () => ours.ask('step', { ...request, mode }) }
    const theirs = (kind: string, name: string): Side => ({
      name,
      run: () => peer!.ask('step', { ...request, mode: kind }),
    })
    const plain = peer ? [theirs('pairs', 'transformers, pair by pair')] : []
    const once = peer ? [theirs('once', 'transformers, each picture once')] : []
    const agreement = await compare({ ...request, mode }, ours, peer)
    const [own, ...others] = await alternate([step, ...plain, ...once], { turns })
    const about = (others_: typeof others, target: number | null) =>
      compareRates({
        name: `${size}, ${each.pictures} × ${each.captions} captions, batch ${each.batch}, ${mode === 'xla' ? 'captured, XLA' : mode}`,
        unit: 'captions/s',
        amount: each.pictures * each.captions,
        ours: own!,
        peers: others_,
        target: quick || mode !== modes.at(-1) ? null : target,
        note: agreement,
      })
    rows.push(about(others.slice(0, 1), 1.5), ...(peer ? [about(others.slice(1), null)] : []))
  }
  return rows
}

/** Captions of 4 to 14 words out of the vocabulary; as captions from the web, few are of the same length. */
function madeUpTexts({ vocabulary }: WrittenModel, { pictures, captions }: { pictures: number; captions: number }) {
  const words = readVocabulary(vocabulary).filter((token) => /^[a-z]{2,8}$/.test(token))
  const random = seeded(5)
  const word = () => words[Math.floor(random() * words.length)]!
  const text = () => Array.from({ length: 4 + Math.floor(random() * 11) }, word).join(' ')
  return Array.from({ length: pictures }, () => Array.from({ length: captions }, text))
}

/** @throws Error when a score differs from either of the peer's by more than the tolerance */
async function compare(request: ScoreRequest, ours: Program, peer: Program | null): Promise<string> {
  const { scores } = await ours.ask<Scores>('step', request)
  if (!peer) return ''
  const told: string[] = []
  for (const mode of ['pairs', 'once']) {
    const { scores: theirs } = await peer.ask<Scores>('step', { ...request, mode })
    const worst = Math.max(...theirs.flatMap((pair, row) => pair.map((value, i) => Math.abs(value - scores[row]![i]!))))
    if (!(worst <= tolerance) || theirs.length !== scores.length)
      throw new Error(`Scores of ${request.mode} differ from transformers' (${mode}) by ${worst}.`)
    told.push(worst.toExponential(0))
  }
  return `scores agree within ${told.join(' and ')}`
}
