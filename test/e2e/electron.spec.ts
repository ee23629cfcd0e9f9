import { expect, test } from '@playwright/test'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openDesktop } from '../support/desktop.ts'
import { isRunning, smoke } from '../support/smoke.ts'

const shell = { executable: process.env['WINNOW_ELECTRON'] ?? '', app: '.' }

test.beforeAll(() => {
  expect(shell.executable, 'npm test sets WINNOW_ELECTRON to the Electron binary').not.toBe('')
})

test('the desktop shows the workbench, shut in, and ends its engine when it closes', () => smoke(shell))

test('the desktop brings a killed engine back and the window goes on', async () => {
  const desktop = await openDesktop(shell)
  try {
    const pid = await enginePid(desktop.output)
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => enginePid(desktop.output)).not.toBe(pid)
    const status = () =>
      desktop.page.evaluate(async () => (await fetch('/api/project/current', { method: 'POST' })).status)
    await expect.poll(status).toBe(200)
  } finally {
    await desktop.close()
  }
})

test('the engine does not outlive a desktop that was killed', async () => {
  const desktop = await openDesktop(shell)
  const pid = await enginePid(desktop.output)
  expect(isRunning(pid)).toBe(true)
  desktop.process.kill('SIGKILL')
  await expect.poll(() => isRunning(pid)).toBe(false)
  rmSync(desktop.folder, { recursive: true, force: true })
})

test('the desktop streams events as they come', async () => {
  const desktop = await openDesktop(shell)
  try {
    const other = JSON.stringify({ folder: join(desktop.folder, 'other'), create: true })
    const text = await desktop.page.evaluate(async (body) => {
      const response = await fetch('/api/project/changes', { method: 'POST' })
      const reader = response.body!.getReader()
      void fetch('/api/project/open', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      let read = ''
      while (!read.includes('data:')) read += new TextDecoder().decode((await reader.read()).value)
      await reader.cancel()
      return read
    }, other)
    expect(text).toContain('project')
  } finally {
    await desktop.close()
  }
})

test('the desktop remembers its window', async () => {
  const desktop = await openDesktop(shell)
  const file = join(desktop.folder, 'profile', 'window.json')
  let written = ''
  desktop.process.once('exit', () => (written = readFileSync(file, 'utf8')))
  await desktop.close()
  expect(JSON.parse(written)).toMatchObject({ width: expect.any(Number), height: expect.any(Number), maximized: false })
})

async function enginePid(output: () => string): Promise<number> {
  await expect.poll(() => output()).toMatch(/engine started, process \d+/)
  return Number([...output().matchAll(/engine started, process (\d+)/g)].at(-1)![1])
}
