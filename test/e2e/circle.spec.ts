import { expect, test, type Page } from '@playwright/test'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeSample } from '../../core/exchange/sample/index.ts'
import { clientFor, openWindow, serveEngine, type ServedEngine } from '../support/workbench.ts'

// Models are loaded, write, judge and train for real, on a machine that may be busy.
const patient = { timeout: 180_000 }
let folder: string
let engine: ServedEngine

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'winnow-circle-'))
  await composeSample(join(folder, 'scenes'), { web: 96, human: 32, heldOut: 2 })
  engine = await serveEngine({ args: ['--project', join(folder, 'project'), '--create'] })
})
test.afterAll(async () => {
  await engine.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('the whole circle, from a table of pairs to an exported, fine-tuned model', async ({ browser }) => {
  test.setTimeout(600_000)
  const { page, problems } = await openWindow(browser, engine)
  await importTable(page)
  await captionAndFilter(page)
  await fineTune(page)
  await seeWhatIsSlow(page)
  await exportDataset(page)
  await exportModel(page)
  expect(problems).toEqual([])
})

async function importTable(page: Page) {
  await page.getByRole('button', { name: 'Import', exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Folder or file').fill(join(folder, 'scenes', 'web.jsonl'))
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(dialog.getByText('Finished')).toBeVisible(patient)
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
  const { pictures } = (await clientFor(engine).project.current())!
  expect(pictures).toBe(96)
}

/** The models that come with the program write and judge; the cut at one half is then applied. */
async function captionAndFilter(page: Page) {
  await page.getByRole('button', { name: 'CapFilt' }).click()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(page.getByRole('slider', { name: 'Threshold, Synthetic' })).toBeVisible(patient)
  await expect
    .poll(async () => Number(await page.locator('[data-count="kept"]').innerText()), patient)
    .toBeGreaterThan(64)
  await page.getByRole('button', { name: 'Apply the cut…' }).click()
  await page.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(page.getByText(/\d+ accepted, \d+ rejected/)).toBeVisible()
}

async function fineTune(page: Page) {
  await page.getByRole('button', { name: 'Runs' }).click()
  await page.getByRole('button', { name: 'New run' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('First round')
  await dialog.locator('#knob-steps').fill('3')
  await dialog.locator('#knob-warmupSteps').fill('1')
  await dialog.locator('#knob-batchSize').fill('16')
  await dialog.getByRole('button', { name: 'Start training' }).click()
  await expect(page.getByText('Captions of held-out pictures')).toBeVisible(patient)
  await expect(page.getByText('Picture to caption, R@1', { exact: true })).toBeVisible()
}

/** The run has measured itself; the operations of its step are timed for real. */
async function seeWhatIsSlow(page: Page) {
  await page.getByRole('tab', { name: 'What is slow?' }).click()
  await expect(page.locator('[data-activity="compute"]')).toBeVisible()
  const shares = await page.locator('[data-activity] .figure:not(.soft)').allInnerTexts()
  const tenths = shares.map((share) => Math.round(10 * Number(share.replace('%', ''))))
  expect(tenths.reduce((sum, share) => sum + share, 0)).toBe(1000)
  await page.getByRole('button', { name: 'Time the operations' }).click()
  await expect(page.getByRole('row', { name: /MatMul/ }).first()).toBeVisible(patient)
}

async function exportDataset(page: Page) {
  const target = join(folder, 'kept')
  await page.getByRole('button', { name: 'Exports' }).click()
  await page.getByLabel('Into the folder').fill(target)
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  const list = join(target, 'captions.jsonl')
  await expect.poll(() => existsSync(list), patient).toBe(true)
  const accepted = await clientFor(engine).pairs.open({
    text: 'decision:accepted',
    sort: { by: 'order', direction: 'ascending' },
  })
  const lines = readFileSync(list, 'utf8').trim().split('\n')
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.flatMap((line) => captionsOf(JSON.parse(line)))).toHaveLength(accepted.count)
}

function captionsOf({ caption, captions }: { caption?: string; captions?: string[] }): string[] {
  return captions ?? [caption!]
}

async function exportModel(page: Page) {
  const target = join(folder, 'model')
  await page.getByRole('button', { name: 'Models', exact: true }).click()
  await page
    .getByRole('row', { name: /First round/ })
    .getByRole('button', { name: 'Export' })
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Into the folder').fill(target)
  await dialog.getByRole('button', { name: 'Export', exact: true }).click()
  await expect.poll(() => existsSync(join(target, 'config.json')), patient).toBe(true)
  expect(existsSync(join(target, 'model.safetensors'))).toBe(true)
}
