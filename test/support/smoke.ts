import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import { exitOf, openDesktop, projectOf, startShell, type Desktop, type DesktopOptions } from './desktop.ts'

/** What must hold in every desktop, from a checkout or packaged. */
export async function smoke(options: DesktopOptions): Promise<void> {
  const desktop = await openDesktop(options)
  try {
    await showsTheWorkbench(desktop)
    await isShutIn(desktop.page)
    await allowsOneWindow({ ...options, folder: desktop.folder })
  } catch (error) {
    desktop.process.kill('SIGTERM')
    await exitOf(desktop.process)
    throw new Error(`${String(error)}\n\nThe desktop wrote:\n${desktop.output()}`, { cause: error })
  }
  const enginePid = engineOf(desktop.output())
  expect(await desktop.close()).toBe(0)
  expect(enginePid === null || isRunning(enginePid), 'the engine ends with the desktop').toBe(false)
}

async function showsTheWorkbench({ page, folder }: Desktop): Promise<void> {
  expect(page.url()).toContain('app://winnow/')
  await expect(page).toHaveTitle(/Winnow/)
  await expect(page.locator('#app')).not.toBeEmpty()
  const project = await page.evaluate(async () => {
    const response = await fetch('/api/project/current', { method: 'POST' })
    return (await response.json()) as { folder: string }
  })
  expect(project.folder).toBe(projectOf(folder))
}

/** The page has the three functions of the bridge and no more of the system; its policy refuses foreign code. */
async function isShutIn(page: Page): Promise<void> {
  const found = await page.evaluate(async () => {
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.head.append(script)
    return {
      bridge: Object.keys((window as unknown as { winnow: object }).winnow).sort(),
      node: typeof (globalThis as { process?: unknown }).process + typeof (globalThis as { require?: unknown }).require,
      opened: window.open('https://example.invalid/') === null,
      injected: 'injected' in window,
      revealed: await (window as unknown as { winnow: { revealPath(path: string): Promise<void> } }).winnow
        .revealPath('no/such')
        .then(
          () => true,
          () => false,
        ),
    }
  })
  expect(found).toEqual({
    bridge: ['pickFile', 'pickFolder', 'revealPath'],
    node: 'undefinedundefined',
    opened: true,
    injected: false,
    revealed: false,
  })
}

/** A second start hands over to the first and ends. */
async function allowsOneWindow(options: DesktopOptions & { folder: string }): Promise<void> {
  const { child } = startShell(options)
  expect(await exitOf(child)).toBe(0)
}

function engineOf(output: string): number | null {
  const found = output.match(/engine started, process (\d+)/)
  return found ? Number(found[1]) : null
}

/** Whether a process of this id exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
