/** JPEG files to augmented batches, and whether training waits for them. Run: npm run bench -- load [640 | 1600 | train] [--quick] [--json] */
import { linkSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { aheadCount } from '../core/train/batches.ts'
import { alternate, compareRates, type Side, type Times } from './harness/measure.ts'
import { makePhotographs } from './harness/photographs.ts'
import { startOurs, startPeer, type Program } from './harness/program.ts'
import { cores, type BenchRow } from './harness/record.ts'
import type { BenchOptions } from './run.ts'

const size = 224
const workers = 2

interface Epoch {
  seconds: number
  cpuSeconds: number
}

interface Case {
  width: number
  height: number
  batch: number
  /** Pictures that are loaded in a turn: a stretch of the first epoch over a larger folder. */
  count: number
  turns: number
  /** Pictures beside those that count, to warm up with. */
  warmUps: number
}

function cases(quick: boolean): Case[] {
  if (quick) return [{ width: 640, height: 480, batch: 8, count: 16, turns: 1, warmUps: 4 }]
  return [
    { width: 640, height: 480, batch: 64, count: 384, turns: 5, warmUps: 64 },
    { width: 1600, height: 1200, batch: 16, count: 96, turns: 5, warmUps: 32 },
  ]
}

/** Rows of this benchmark. */
export async function bench({ quick, alone = false, only }: BenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-pictures-'))
  const ours = startOurs('load.ts', { environment: { UV_THREADPOOL_SIZE: String(Math.max(2, cores)) } })
  const peer = alone ? null : await startPeer('load.py')
  const wanted = (name: string | number) => only.length === 0 || only.includes(String(name))
  const rows: BenchRow[] = []
  try {
    for (const each of cases(quick)) {
      const [compares, trains] = [wanted(each.width), each.width === 640 && wanted('train')]
      if (!compares && !trains) continue
      const home = join(folder, String(each.width))
      // What is prepared ahead at the end of a turn must be of the same kind: pictures that nobody has seen.
      const folderful = each.count + aheadCount * each.batch
      const made = await makePhotographs(home, { ...each, count: folderful + each.warmUps })
      const [paths, others] = [made.slice(0, folderful), made.slice(folderful)]
      if (compares) rows.push(...(await compare(each, { ours, peer, home, paths, others })))
      if (trains) rows.push(...(await trainingWaits(ours, paths, each.batch / 2)))
    }
    return rows
  } finally {
    await Promise.all([ours.close(), peer?.close()])
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Bench {
  ours: Program
  peer: Program | null
  home: string
  paths: string[]
  /** Pictures that warm up a new thread. */
  others: string[]
}

async function compare({ width, height, batch, count, turns }: Case, { ours, peer, home, paths, others }: Bench) {
  const ask = async (program: Program, action: string, fields: object) =>
    timing(await program.ask<Epoch>(action, { size, batch, ...fields }))
  await ours.ask('open', { size, warmUps: others })
  let known = underNewNames(paths)
  let epochs = 0
  const epoch = () => ask(ours, 'epoch', { paths: known, count, number: epochs++ })
  await epoch()
  const load = { folder: home, first: 0, count, workers }
  const sides: Side[] = [
    {
      name: 'first epoch',
      run: () => ((known = underNewNames(paths)), epoch()),
    },
    { name: 'later epoch', run: epoch },
    { name: 'sharp alone', run: () => ask(ours, 'sharpAlone', { paths: paths.slice(0, count) }) },
  ]
  if (peer) {
    const name = `DataLoader with PIL, ${workers} workers`
    sides.push({ name, run: () => ask(peer, 'load', load) })
    sides.push({ name: `${name}, draft mode`, run: () => ask(peer, 'load', { ...load, draft: true }) })
  }
  const [first, second, alone, plain, draft] = await alternate(sides, { turns })
  const name = `${width}×${height}`
  const row = (epoch: string, side: Times, beside: Times, target: number | null, note?: string) =>
    compareRates({
      name: `${name}, ${epoch}`,
      unit: 'images/s',
      amount: count,
      ours: side,
      peers: [beside],
      target,
      note,
    })
  const [once, later] = ['first epoch, nothing kept yet', 'later epochs and runs, pictures kept']
  const rows = [row(once, first!, alone!, 0.9)]
  if (!plain || !draft) return [...rows, row(later, second!, alone!, null)]
  const drafted = 'PIL decodes at a fraction where it can; torchvision does not ask it to'
  return [
    ...rows,
    row(once, first!, plain, 1.5),
    row(once, first!, draft, null, drafted),
    row(later, second!, plain, 1.5),
  ]
}

/** The same files by new names: pictures that no cache has seen, but the system has read. */
function underNewNames(paths: string[]): string[] {
  const folder = mkdtempSync(join(dirname(paths[0]!), 'again-'))
  return paths.map((path) => {
    const name = join(folder, basename(path))
    linkSync(path, name)
    return name
  })
}

const timing = ({ seconds, cpuSeconds }: Epoch) => ({ ms: seconds * 1000, cpuMs: cpuSeconds * 1000 })

/** Trains the tiny shape on the pictures; how much of the time it stood waiting for them. */
async function trainingWaits(ours: Program, paths: string[], batch: number): Promise<BenchRow[]> {
  const { epochs } = await ours.ask<{ epochs: { seconds: number; wait: number; steps: number }[] }>('trainTwice', {
    paths,
    batch,
  })
  return epochs.map(({ seconds, wait, steps }, index) => {
    const share = (100 * wait) / seconds
    return {
      name: `training tiny, ${index === 0 ? 'first' : 'second'} epoch: waits for pictures`,
      unit: '% of time',
      ours: Number(share.toFixed(2)),
      peer: null,
      peerName: null,
      ratio: null,
      target: 5,
      pass: share < 5,
      n: steps,
      note: `${((1000 * seconds) / steps).toFixed(0)} ms a step of ${batch} pairs at 96 px, from 640×480 JPEG; after the first step`,
    }
  })
}
