/**
 * Takes the guide's pictures of a running engine: `node scripts/pictures.mjs <address with token>`.
 * The project should have scores, a finished run and some decisions.
 */
import { chromium } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const [address] = process.argv.slice(2)
if (!address) throw new Error('Name the address that `winnow serve` printed.')
const folder = join(import.meta.dirname, '..', 'docs', 'pictures')
mkdirSync(folder, { recursive: true })

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
await take({ colorScheme: 'dark', locale: 'en-US' }, [
  ['library', showLibrary],
  ['single', async (page) => page.keyboard.press('Space')],
  ['capfilt', open('CapFilt')],
  ['run', openRun],
])
await take({ colorScheme: 'light', locale: 'zh-CN' }, [['library-zh', showLibrary]])
await browser.close()

async function take(settings, steps) {
  const context = await browser.newContext({ ...settings, viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(address)
  for (const [name, act] of steps) {
    await act(page)
    await page.waitForTimeout(2500)
    await page.screenshot({ path: join(folder, `${name}.png`) })
  }
  await context.close()
}

/** The first view of the list on the left, whatever its language; the project remembers which was open last. */
async function showLibrary(page) {
  await page.locator('nav button, nav a').first().click()
  await page.locator('.grid').first().waitFor()
}

function open(name) {
  return async (page) => {
    await page.keyboard.press('Escape')
    await page.locator('nav').getByText(name, { exact: true }).first().click()
  }
}

async function openRun(page) {
  await open('Runs')(page)
  await page.waitForTimeout(1500)
  await page.locator('main a[href*="run"], main tbody tr, main li').first().click()
}
