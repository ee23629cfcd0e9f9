/** Importing a folder of pictures: hash, checks, thumbnail, caption. Run: npm run bench -- import [--quick] [--json] */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { SpecOf } from '../core/contract/index.ts'
import { importPairs } from '../core/exchange/index.ts'
import { insertJob } from '../core/store/jobs.ts'
import { openProject } from '../core/store/project.ts'
import type { BenchRow } from './harness/record.ts'

/** Writes JPEG files that all differ, with sidecars. */
async function compose(folder: string, count: number, size: number): Promise<void> {
  mkdirSync(folder)
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 }
  const base = await sharp({ create: { width: size, height: size, channels: 3, background: '#808080', noise } })
    .blur(2)
    .jpeg({ quality: 90 })
    .toBuffer()
  for (let index = 0; index < count; index++) {
    // Bytes after the end of a JPEG are not looked at, but make each file differ.
    writeFileSync(join(folder, `${index}.jpg`), Buffer.concat([base, Buffer.from(String(index))]))
    writeFileSync(join(folder, `${index}.txt`), `caption number ${index}\n`)
  }
}

async function measure(size: number, count: number, target: number | null): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-'))
  const project = openProject(join(folder, 'project'), { create: true })
  try {
    const path = join(folder, 'pictures')
    await compose(path, count, size)
    const spec: SpecOf<'import'> = { kind: 'import', path, format: 'folder', source: 'web' }
    const run = async (job: string) => {
      insertJob(project, { id: job, spec })
      const [start, before] = [performance.now(), process.cpuUsage()]
      await importPairs(project, spec, { job })
      const { user, system } = process.cpuUsage(before)
      return { rate: count / ((performance.now() - start) / 1000), busy: (user + system) / 1000 / count }
    }
    const [first, again] = [await run('first'), await run('again')]
    return [
      row(`${size} px: first import`, first, target, count),
      row(`${size} px: import again, nothing changed`, again, null, count),
    ]
  } finally {
    project.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function row(name: string, { rate, busy }: { rate: number; busy: number }, target: number | null, n: number): BenchRow {
  const note = `${busy.toFixed(2)} ms of processor time a picture`
  return {
    name,
    unit: 'pictures/s',
    ours: Number(rate.toFixed(1)),
    peer: null,
    peerName: null,
    ratio: null,
    target,
    pass: target === null ? null : rate >= target,
    n,
    note,
  }
}

/** Rows of this benchmark; `quick` takes fewer pictures. */
export async function bench({ quick = false } = {}): Promise<BenchRow[]> {
  const share = quick ? 5 : 1
  return [
    ...(await measure(256, 2000 / share, 100)),
    ...(await measure(512, 1000 / share, 100)),
    ...(await measure(2400, 100 / share, null)),
  ]
}
