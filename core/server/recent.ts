import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { RecentProject } from '../contract/index.ts'

const entries = z.array(z.object({ folder: z.string(), name: z.string(), openedAt: z.string() }))
const most = 12

/** Projects opened lately, newest first. A damaged list counts as empty: it is a convenience. */
export function readRecent(user: string): RecentProject[] {
  return read(user).map((entry) => ({ ...entry, exists: existsSync(join(entry.folder, 'winnow.db')) }))
}

export function rememberRecent(user: string, folder: string, name: string) {
  const others = read(user).filter((entry) => entry.folder !== folder)
  const list = [{ folder, name, openedAt: new Date().toISOString() }, ...others].slice(0, most)
  mkdirSync(user, { recursive: true })
  const path = join(user, 'recent.json')
  writeFileSync(`${path}.part`, JSON.stringify(list))
  renameSync(`${path}.part`, path)
}

function read(user: string) {
  try {
    return entries.parse(JSON.parse(readFileSync(join(user, 'recent.json'), 'utf8')))
  } catch {
    return []
  }
}
