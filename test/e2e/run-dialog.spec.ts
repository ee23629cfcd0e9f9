import { expect, test, type Page } from '@playwright/test'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeCurationProject } from '../support/curation-project.ts'
import { looks, openWindow, seriousFindings, serveEngine, type ServedEngine } from '../support/workbench.ts'

const words = {
  en: {
    runs: 'Runs',
    start: 'New run',
    from: 'Start from',
    scratch: 'Random weights',
    size: 'Size',
    use: /Use a batch of/,
  },
  'zh-CN': { runs: '训练', start: '新建训练', from: '起始模型', scratch: '随机权重', size: '规模', use: /改用批次/ },
}
test.describe.configure({ timeout: 120_000 })
let folder: string
let engine: ServedEngine

test.beforeAll(async () => {
  folder = await makeCurationProject({ pictures: 8 })
  engine = await serveEngine({ args: ['--project', folder] })
})
test.afterAll(async () => {
  await engine.stop()
  rmSync(dirname(folder), { recursive: true, force: true })
})

/** Asks for the largest shape with a batch that fits into no machine. */
async function askTooMuch(page: Page, locale: 'en' | 'zh-CN') {
  const { runs, start, from, scratch, size } = words[locale]
  await page.getByRole('navigation').getByRole('button', { name: runs }).first().click()
  await page.getByRole('button', { name: start }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.locator('[data-memory="needed"]')).toHaveText(/\d/)
  await dialog.getByLabel(from).click()
  await page.getByRole('option', { name: scratch }).click()
  await dialog.getByRole('combobox', { name: size, exact: true }).click()
  await page.getByRole('option').last().click()
  await dialog.locator('#knob-batchSize').fill('4096')
  await dialog.locator('#knob-batchSize').press('Tab')
  await expect(dialog.getByRole('status')).toBeVisible()
  return dialog
}

test('the dialog says what a run needs, what is left, and the largest batch that fits, and takes it', async ({
  browser,
}) => {
  const { page, problems } = await openWindow(browser, engine)
  const dialog = await askTooMuch(page, 'en')
  await expect(dialog.locator('[data-memory="needed"]')).toHaveText(/\d(\.\d)? [GT]B/)
  await expect(dialog.locator('[data-memory="left"]')).toHaveText(/\d(\.\d)? [MG]B/)
  const use = dialog.getByRole('button', { name: words.en.use })
  const largest = await dialog.locator('[data-memory="largest"]').innerText()
  // A machine with little memory left has room for no batch of this shape, and says that instead.
  if (largest === 'none') await expect(dialog.getByRole('status')).toContainText('Choose a smaller model')
  else {
    const offered = /\d+/.exec(await use.innerText())![0]
    await use.click()
    await expect(dialog.locator('#knob-batchSize')).toHaveValue(offered)
    await expect(dialog.locator('[data-memory="needed"]')).toHaveText(/^\d{1,2}(\.\d)? GB/)
  }
  expect(problems).toEqual([])
})

for (const look of looks.slice(0, 3)) {
  const { theme, locale, width, height } = look
  test(`the warning has no serious finding and fits: ${theme}, ${locale}, ${width} × ${height}`, async ({
    browser,
  }, info) => {
    const { page } = await openWindow(browser, engine, look)
    const dialog = await askTooMuch(page, locale)
    await dialog.locator('.memory summary').click()
    await page.waitForTimeout(600)
    await page.screenshot({ path: info.outputPath('dialog.png') })
    expect.soft(await seriousFindings(page)).toEqual([])
    const over = await dialog.locator('.preflight').evaluate((each) => each.scrollWidth - each.clientWidth)
    expect(over).toBe(0)
  })
}
