import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface LaunchOptions {
  /** Folder that holds core/, resources/ and build/renderer. */
  root: string
  node: string
  /** Project to open; the engine's own choice if left out. */
  project?: string | undefined
}

/** Starts an engine that listens on a socket which only this user can reach. */
export function launchEngine({ root, node, project }: LaunchOptions): ChildProcess {
  const { path, remove } = freshSocket()
  const open = project ? ['--project', project] : []
  const args = [join(root, 'core', 'cli.ts'), 'serve', '--socket', path, '--no-open', '--until-stdin-ends', ...open]
  const child = spawn(node, args, { cwd: root, stdio: 'pipe', windowsHide: true })
  return child.once('close', remove)
}

/** mkdtemp gives a folder with owner-only rights, so the socket in it needs no secret name. */
function freshSocket(): { path: string; remove: () => void } {
  if (process.platform === 'win32')
    return { path: `\\\\.\\pipe\\winnow-${randomBytes(16).toString('hex')}`, remove: () => {} }
  const folder = mkdtempSync(join(tmpdir(), 'winnow-'))
  return { path: join(folder, 'engine.sock'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}
