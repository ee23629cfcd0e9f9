import { expect, test, type Page } from '@playwright/test'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeCurationProject } from '../support/curation-project.ts'
import { looks, openWindow, seriousFindings, serveEngine, type ServedEngine } from '../support/workbench.ts'

const words = {
  en: {
    runs: 'Runs',
    start: 'New run',
    recipe: 'Recipe',
    begin: 'Start from',
    scratch: 'Random weights',
    size: 'Size',
  },
  'zh-CN': { runs: '训练', start: '新建训练', recipe: '配方', begin: '起始模型', scratch: '随机权重', size: '规模' },
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

async function openDialog(page: Page, locale: 'en' | 'zh-CN' = 'en') {
  await page.getByRole('navigation').getByRole('button', { name: words[locale].runs }).first().click()
  await page.getByRole('button', { name: words[locale].start }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.locator('#knob-steps')).toBeVisible()
  return dialog
}
const choose = async (page: Page, name: RegExp) => {
  await page.getByRole('dialog').getByRole('combobox').first().click()
  await page.getByRole('option', { name }).first().click()
}

test('a recipe offers the sizes of its family only, its own first', async ({ browser }) => {
  const { page, problems } = await openWindow(browser, engine)
  const dialog = await openDialog(page)
  await choose(page, /SCAN/)
  const size = dialog.getByRole('combobox', { name: words.en.size, exact: true })
  await expect(size).toHaveText('scan-tiny')
  await size.click()
  const names = await page.getByRole('option').allInnerTexts()
  expect(names.toSorted()).toEqual(['alignment-tiny', 'alignment-transformer-tiny', 'scan-tiny', 'vse-tiny'])
  await page.keyboard.press('Escape')
  expect(problems).toEqual([])
})

test('an impossible value says why at its knob and can not be started', async ({ browser }) => {
  const { page } = await openWindow(browser, engine)
  const dialog = await openDialog(page)
  const start = dialog.getByRole('button', { name: 'Start training' })
  await dialog.locator('#knob-steps').fill('0')
  await dialog.locator('#knob-steps').press('Tab')
  await expect(dialog.locator('#knob-steps-why')).toContainText('Must lie between 1 and 1,000,000.')
  await expect(start).toBeDisabled()
  // in range, but no whole number: only the engine knows
  await dialog.locator('#knob-steps').fill('2.5')
  await dialog.locator('#knob-steps').press('Tab')
  await expect(dialog.locator('#knob-steps-why strong')).toContainText('steps')
  await expect(start).toBeDisabled()
  await dialog.getByRole('button', { name: /^Back to/ }).click()
  await expect(dialog.locator('#knob-steps-why strong')).toHaveCount(0)
})

test('a changed recipe is saved as a file and opened again; a broken file names its key and reason', async ({
  browser,
}, info) => {
  const { page } = await openWindow(browser, engine)
  const dialog = await openDialog(page)
  await choose(page, /SigLIP/)
  await dialog.locator('#knob-steps').fill('77')
  await dialog.locator('#knob-steps').press('Tab')
  const saving = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Save as file…' }).click()
  const path = info.outputPath('siglip.json')
  await (await saving).saveAs(path)

  const saved = JSON.parse(readFileSync(path, 'utf8'))
  saved.knobs.steps.reason = 'As long as lunch takes.'
  writeFileSync(path, JSON.stringify(saved))

  await choose(page, /^Fine-tune/)
  await expect(dialog.locator('#knob-steps')).not.toHaveValue('77')
  await dialog.locator('input[type=file]').setInputFiles(path)
  await expect(dialog.locator('#knob-steps')).toHaveValue('77')
  await expect(dialog.locator('#knob-steps-why')).toContainText('As long as lunch takes.')
  await expect(dialog.getByRole('combobox').first()).toContainText('SigLIP')

  const broken = JSON.parse(readFileSync(path, 'utf8'))
  broken.knobs.steps.value = -1
  writeFileSync(join(dirname(path), 'broken.json'), JSON.stringify(broken))
  await dialog.locator('input[type=file]').setInputFiles(join(dirname(path), 'broken.json'))
  await expect(dialog.getByRole('alert').first()).toContainText('steps: The knob "steps" is -1')
})

test('the overfit check is a button, and its verdict stands on the page of its run', async ({ browser }, info) => {
  const { page, problems } = await openWindow(browser, engine)
  const dialog = await openDialog(page)
  // two-layer encoders of an older family learn eight pairs in seconds
  await choose(page, /VSE/)
  await dialog.getByLabel('Pairs (query)').fill('')
  // too few pairs for the recipe's batch, enough for the check's
  await expect(dialog.getByRole('button', { name: 'Start training' })).toBeDisabled()
  await dialog.getByRole('button', { name: 'Check that it learns' }).click()
  await expect(page.getByRole('heading', { name: /overfit check/ })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'It can learn: each loss came down to its floor.' })).toBeVisible({
    timeout: 100_000,
  })
  const row = page.getByRole('row', { name: /Loss: triplet/ })
  await expect(row.getByRole('cell').last()).toHaveText('reached')
  await page.screenshot({ path: info.outputPath('overfit.png') })
  // no weights are kept, so there is nothing to score with
  await expect(page.getByRole('button', { name: /Score the project/ })).toHaveCount(0)
  expect(problems).toEqual([])
})

for (const { theme, locale, width, height } of looks.slice(1, 3)) {
  test(`the recipe editor has no serious finding: ${theme}, ${locale}, ${width} × ${height}`, async ({
    browser,
  }, info) => {
    const { page } = await openWindow(browser, engine, { theme, locale, width, height })
    const dialog = await openDialog(page, locale)
    await dialog.getByRole('combobox').first().click()
    await page.waitForTimeout(400)
    await page.screenshot({ path: info.outputPath('groups.png') })
    await page.keyboard.press('Escape')
    await dialog.locator('#knob-steps').fill('0')
    await dialog.locator('#knob-steps').press('Tab')
    await page.waitForTimeout(800)
    await page.screenshot({ path: info.outputPath('editor.png') })
    expect.soft(await seriousFindings(page)).toEqual([])
  })
}
