import { chromium, type Browser, type Page } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openProject } from '../../core/store/project.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Desktop {
  page: Page
  process: ChildProcess
  /** All that the shell and its engine wrote, so far. */
  output: () => string
  /** What the shell keeps: window bounds, logs; and the user's data. Removed by `close`. */
  folder: string
  /** Quits as the system asks programs to; returns the exit code. */
  close: () => Promise<number | null>
}

export interface DesktopOptions {
  executable: string
  /** The app's folder for a bare Electron; nothing for a packaged app. */
  app?: string
  folder?: string
}

/** The project that a desktop opened by tests shows: empty, so that no job runs when it closes. */
export function projectOf(folder: string): string {
  return join(folder, 'project')
}

/**
 * Starts the real shell with its own profile and user data. It is driven over Chromium's debugging port and not over Node's
 * inspector, because a packaged app has that one fused off.
 */
export async function openDesktop({
  executable,
  app,
  folder = mkdtempSync(join(tmpdir(), 'winnow-desktop-')),
}: DesktopOptions): Promise<Desktop> {
  openProject(projectOf(folder), { create: true }).close()
  const { child, output } = startShell({ executable, app, folder, args: ['--remote-debugging-port=0'] })
  try {
    const browser = await chromium.connectOverCDP(await debuggerAddress(output), { noDefaults: true })
    const page = await firstPage(browser)
    return { page, process: child, output, folder, close: () => close(child, folder) }
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`The desktop did not open: ${String(error)}\n${output()}`, { cause: error })
  }
}

/** Starts the shell without looking at its window. */
export function startShell({
  executable,
  app,
  folder,
  args = [],
}: DesktopOptions & { folder: string; args?: string[] }) {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(
    executable,
    [
      ...(app ? [app] : []),
      ...sandbox,
      `--project=${projectOf(folder)}`,
      `--user-data-dir=${join(folder, 'profile')}`,
      ...args,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, WINNOW_DATA: join(folder, 'data') },
    },
  )
  let text = ''
  child.stdout.on('data', (bytes) => (text += bytes))
  child.stderr.on('data', (bytes) => (text += bytes))
  return { child, output: () => text }
}

/** Resolves with the exit code. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('exit', resolve))
}

async function debuggerAddress(output: () => string): Promise<string> {
  return until('the debugging port', () => output().match(/DevTools listening on (ws:\S+)/)?.[1])
}

async function firstPage(browser: Browser): Promise<Page> {
  return until('the window', () => browser.contexts()[0]?.pages()[0])
}

async function close(child: ChildProcess, folder: string): Promise<number | null> {
  child.kill('SIGTERM')
  const code = await exitOf(child)
  rmSync(folder, { recursive: true, force: true })
  return code
}

async function until<T>(what: string, look: () => T | undefined, limitMs = 30_000): Promise<T> {
  const end = Date.now() + limitMs
  while (Date.now() < end) {
    const found = look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited ${limitMs} ms for ${what}`)
}
