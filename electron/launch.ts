import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface LaunchOptions {
  /** Folder that holds core/, resources/ and build/renderer. */
  root: string
  node: string
  /** Project to open; the engine's own choice if left out. */
  project?: string | undefined
}

/** Starts an engine that listens on a socket which only this user can reach. Its log goes to our stderr. */
export function launchEngine({ root, node, project }: LaunchOptions): ChildProcess {
  const open = project ? ['--project', project] : []
  const args = [join(root, 'core', 'cli.ts'), 'serve', '--socket', freshSocket(), '--no-open', ...open]
  return spawn(node, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
}

/** mkdtemp gives a folder with owner-only rights, so the socket in it needs no secret name. */
function freshSocket(): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\winnow-${process.pid}-${Math.random().toString(36).slice(2)}`
  return join(mkdtempSync(join(tmpdir(), 'winnow-')), 'engine.sock')
}
