import { expect, test } from '@playwright/test'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeCurationProject } from '../support/curation-project.ts'
import { gridReady, looks, openWindow, seriousFindings, serveEngine, type ServedEngine } from '../support/workbench.ts'

const views = {
  en: ['Library', 'CapFilt', 'Runs', 'Models', 'Exports'],
  'zh-CN': ['图库', 'CapFilt', '训练', '模型', '导出'],
}
// axe reads every element of eight screens.
test.describe.configure({ timeout: 300_000 })
let folder: string
let engine: ServedEngine

test.beforeAll(async () => {
  folder = await makeCurationProject({ pictures: 60 })
  engine = await serveEngine({ args: ['--project', folder] })
})
test.afterAll(async () => {
  await engine.stop()
  rmSync(dirname(folder), { recursive: true, force: true })
})

for (const look of looks) {
  const { theme, locale, width, height } = look
  test(`every view has no serious finding and nothing that sticks out: ${theme}, ${locale}, ${width} × ${height}`, async ({
    browser,
  }, info) => {
    const { page, problems } = await openWindow(browser, engine, look)
    const shoot = (name: string) => page.screenshot({ path: info.outputPath(`${name}.png`) })
    const check = async (name: string) => {
      await shoot(name)
      expect.soft(await seriousFindings(page), name).toEqual([])
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect.soft(over, name).toBe(0)
    }
    for (const [at, name] of views[locale].entries()) {
      await page.getByRole('navigation').getByRole('button', { name }).first().click()
      if (at === 0) await gridReady(page)
      else await expect(page.locator('main').getByRole('heading').first()).toBeVisible()
      // Figures and pictures of the view come a moment after its frame.
      await page.waitForTimeout(700)
      await check(`${at + 1}-${views.en[at]!.toLowerCase()}`)
    }
    await page.getByRole('navigation').getByRole('button', { name: views[locale][0]! }).first().click()
    await gridReady(page)
    await page.keyboard.press('Space')
    await expect(page.locator('.single img')).toBeVisible()
    await check('6-single')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog')).toBeVisible()
    await check('7-help')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('dialog')).toBeVisible()
    await check('8-palette')
    expect(problems).toEqual([])
  })
}
