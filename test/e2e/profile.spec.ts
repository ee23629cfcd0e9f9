import { expect, test, type Page } from '@playwright/test'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeCurationProject } from '../support/curation-project.ts'
import { addMeasuredRuns } from '../support/measured-run.ts'
import { looks, openWindow, seriousFindings, serveEngine, type ServedEngine } from '../support/workbench.ts'

const words = {
  en: { runs: 'Runs', tab: 'What is slow?', before: 'from before', none: /Nothing was measured/ },
  'zh-CN': { runs: '训练', tab: '慢在哪里？', before: 'from before', none: /没有测量数据/ },
}
test.describe.configure({ timeout: 180_000 })
let folder: string
let engine: ServedEngine

test.beforeAll(async () => {
  folder = await makeCurationProject({ pictures: 8 })
  addMeasuredRuns(folder)
  engine = await serveEngine({ args: ['--project', folder] })
})
test.afterAll(async () => {
  await engine.stop()
  rmSync(dirname(folder), { recursive: true, force: true })
})

async function showSlow(page: Page, locale: 'en' | 'zh-CN') {
  await page.getByRole('navigation').getByRole('button', { name: words[locale].runs }).first().click()
  await page.getByRole('button', { name: /kept captions/ }).click()
  await page.getByRole('tab', { name: words[locale].tab }).click()
  await expect(page.locator('[data-activity]').first()).toBeVisible()
}

test('a run says where its time went, in shares that add up, with advice that fits', async ({ browser }) => {
  const { page, problems } = await openWindow(browser, engine)
  await showSlow(page, 'en')
  const shares = await page.locator('[data-activity] .figure:not(.soft)').allInnerTexts()
  expect(shares.length).toBeGreaterThanOrEqual(5)
  const tenths = shares.map((share) => Math.round(10 * Number(share.replace('%', ''))))
  expect(tenths.reduce((sum, share) => sum + share, 0)).toBe(1000)
  const advice = await page.locator('[data-advice]').evaluateAll((all) => all.map((each) => each.dataset['advice']))
  expect(advice).toEqual(['wait-pictures', 'compile-off', 'checkpoint-often', 'machine-busy'])
  await expect(page.getByText('Waiting for pictures, %')).toBeVisible()
  await expect(page.getByRole('row', { name: /BatchMatMulV2/ })).toContainText('20.5%')
  expect(problems).toEqual([])
})

test('a run of before says that it was not measured', async ({ browser }) => {
  const { page } = await openWindow(browser, engine)
  await page.getByRole('navigation').getByRole('button', { name: 'Runs' }).click()
  await page.getByRole('button', { name: /from before/ }).click()
  await page.getByRole('tab', { name: 'What is slow?' }).click()
  await expect(page.getByText(words.en.none)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Time the operations' })).toBeEnabled()
})

test('a job says it in the list of jobs, too', async ({ browser }, info) => {
  const { page } = await openWindow(browser, engine)
  await page.getByTestId('jobs').click()
  await page.getByRole('button', { name: 'What is slow?' }).last().click()
  await expect(
    page.locator('[data-activity="wait"]').or(page.getByText('Nothing was measured for this job.')),
  ).toBeVisible()
  await page.screenshot({ path: info.outputPath('job.png') })
})

for (const look of looks) {
  const { theme, locale, width, height } = look
  test(`the page has no serious finding and nothing that sticks out: ${theme}, ${locale}, ${width} × ${height}`, async ({
    browser,
  }, info) => {
    const { page, problems } = await openWindow(browser, engine, look)
    await showSlow(page, locale)
    await page.waitForTimeout(700)
    await page.screenshot({ path: info.outputPath('slow.png') })
    await page.locator('.figure-table').scrollIntoViewIfNeeded()
    await page.screenshot({ path: info.outputPath('slow-below.png') })
    expect.soft(await seriousFindings(page)).toEqual([])
    const over = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.panel, .slow')].map(
        (each) => each.scrollWidth - each.clientWidth,
      ),
    )
    expect.soft(Math.max(...over)).toBe(0)
    expect(problems).toEqual([])
  })
}
