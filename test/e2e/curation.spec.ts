import { expect, test, type Page } from '@playwright/test'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeCurationProject } from '../support/curation-project.ts'
import {
  allPairs,
  clientFor,
  gridReady,
  openWindow,
  position,
  serveEngine,
  type ServedEngine,
} from '../support/workbench.ts'

const pictures = 150
let folder: string
let engine: ServedEngine

test.beforeEach(async () => {
  folder = await makeCurationProject({ pictures })
  engine = await serveEngine({ args: ['--project', folder] })
})
test.afterEach(async () => {
  await engine.stop()
  rmSync(dirname(folder), { recursive: true, force: true })
})

/** Caption of the active pair as it is on screen. */
const activeCaption = async (page: Page) => Number(await page.locator('.cell.active').getAttribute('data-caption'))

/** Place and caption of the active pair, read in one go. */
const active = (page: Page) =>
  page.evaluate(() => {
    const cell = document.querySelector<HTMLElement>('.cell.active')!
    return { at: Number(cell.getAttribute('aria-posinset')), caption: Number(cell.dataset['caption']) }
  })

/** Waits until the active pair has been painted, which is when keys decide it. */
async function shown(page: Page): Promise<void> {
  await expect
    .poll(async () => Number(await page.locator('.grid').getAttribute('data-shown')))
    .toBe((await active(page)).caption)
}

async function saved(page: Page): Promise<void> {
  await expect(page.getByTestId('saved')).toBeVisible()
}

test('pairs can be browsed to the end, filtered and sorted', async ({ browser }) => {
  const { page, problems } = await openWindow(browser, engine)
  await gridReady(page)
  await expect(page.getByTestId('status')).toContainText(`${2 * pictures + 1} of ${2 * pictures + 1}`)
  await page.keyboard.press('End')
  await expect(page.locator('.cell.active')).toHaveAttribute('aria-posinset', String(2 * pictures + 1))
  await page.keyboard.press('g')
  await page.getByLabel('Go to number').last().fill('77')
  await page.keyboard.press('Enter')
  await expect.poll(() => position(page)).toBe(77)
  await page.keyboard.press('/')
  await page.keyboard.type('fox')
  await expect(page.getByTestId('status')).toContainText(`${pictures / 3} of`)
  await page.getByRole('button', { name: 'Source' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Web' }).click()
  await expect(page.getByRole('combobox', { name: 'Search and filter' })).toHaveValue('fox source:web')
  await expect(page.getByTestId('status')).toContainText(`${pictures / 6} of`)
  await page.getByRole('combobox', { name: 'Search and filter' }).fill('fox soorce:web')
  await expect(page.getByRole('alert')).toContainText('There is no field soorce')
  expect(problems).toEqual([])
})

test('triage of 200 pairs by keyboard loses no decision and misplaces none', async ({ browser }) => {
  test.setTimeout(300_000)
  const { page, problems } = await openWindow(browser, engine)
  await gridReady(page)
  const wanted = new Map<number, string>()
  for (let step = 0; step < 200; step++) {
    const { at, caption } = await active(page)
    const key = (step * 7) % 3 === 0 ? 'x' : 'a'
    await shown(page)
    await page.keyboard.press(key)
    await expect.poll(async () => (await active(page)).at, { intervals: [15, 15, 30, 60] }).not.toBe(at)
    wanted.set(caption, key === 'a' ? 'accepted' : 'rejected')
  }
  await saved(page)
  expect(wanted.size).toBe(200)
  const rows = await allPairs(clientFor(engine))
  const made = new Map(
    rows.filter((row) => row.decision !== 'undecided').map((row) => [row.captionId, row.decision as string]),
  )
  expect(made).toEqual(wanted)
  expect(problems).toEqual([])
})

test('a held key decides only what was on screen', async ({ browser }) => {
  const { page } = await openWindow(browser, engine)
  await gridReady(page)
  // Pictures that take their time: decisions have to wait for them.
  await page.route('**/thumb/**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 150))
    await route.continue()
  })
  await page.evaluate(() => {
    const seen: number[] = []
    Object.assign(window, { seen })
    const look = () => {
      const cell = document.querySelector<HTMLElement>('.cell.active')
      const picture = cell?.querySelector('img')
      if (cell?.dataset['caption'] && (!picture || picture.complete)) seen.push(Number(cell.dataset['caption']))
      requestAnimationFrame(look)
    }
    look()
  })
  await page.keyboard.press('End')
  await page.keyboard.press('Home')
  for (let repeat = 0; repeat < 120; repeat++) await page.keyboard.down('a')
  await page.keyboard.up('a')
  await saved(page)
  const seen = new Set(await page.evaluate(() => (window as unknown as { seen: number[] }).seen))
  const decided = (await allPairs(clientFor(engine), 'decision:accepted')).map((row) => row.captionId)
  expect(decided.length).toBeGreaterThan(0)
  expect(decided.filter((caption) => !seen.has(caption))).toEqual([])
})

test('an edit is kept as a new human caption, and undo works after the window was opened anew', async ({ browser }) => {
  const first = await openWindow(browser, engine)
  await gridReady(first.page)
  await first.page.keyboard.press('ArrowRight')
  await expect.poll(() => position(first.page)).toBe(2)
  const before = await first.page.locator('.cell.active .text').innerText()
  await shown(first.page)
  await first.page.keyboard.press('e')
  await expect(first.page.getByLabel('Edit the caption')).toBeFocused()
  await first.page.getByLabel('Edit the caption').fill('written by hand')
  await first.page.keyboard.press('Enter')
  await expect(first.page.locator('.cell.active .text')).toHaveText('written by hand')
  await saved(first.page)
  await first.close()
  const again = await openWindow(browser, engine)
  await gridReady(again.page)
  await expect.poll(() => position(again.page)).toBe(2)
  await expect(again.page.locator('.cell.active .text')).toHaveText('written by hand')
  await again.page.keyboard.press('z')
  await expect(again.page.locator('.cell.active .text')).toHaveText(before)
  await again.page.keyboard.press('Shift+Z')
  await expect(again.page.locator('.cell.active .text')).toHaveText('written by hand')
  expect([...first.problems, ...again.problems]).toEqual([])
})

test('a whole filter is accepted in one step after its count was shown, and undone in one', async ({ browser }) => {
  const { page, problems } = await openWindow(browser, engine)
  await gridReady(page)
  await page.keyboard.press('/')
  await page.keyboard.type('source:synthetic')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('status')).toContainText(`${pictures} of`)
  await page.keyboard.press('Control+a')
  await expect(page.getByTestId('selected')).toHaveText(`all ${pictures} of this filter`)
  await page.keyboard.press('x')
  await expect(page.getByRole('dialog')).toContainText(`Reject ${pictures} pairs?`)
  await page.keyboard.press('Enter')
  await saved(page)
  const client = clientFor(engine)
  await expect.poll(async () => (await allPairs(client, 'decision:rejected')).length).toBe(pictures)
  await page.keyboard.press('z')
  await expect.poll(async () => (await allPairs(client, 'decision:rejected')).length).toBe(0)
  expect(problems).toEqual([])
})

test('the single view takes the same keys and gives the same place back', async ({ browser }) => {
  const { page, problems } = await openWindow(browser, engine)
  await gridReady(page)
  for (let at = 2; at <= 8; at++) {
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => position(page)).toBe(at)
  }
  await page.keyboard.press('Space')
  await expect(page.getByRole('region', { name: 'Single pair' })).toBeVisible()
  const caption = await activeCaption(page)
  await expect(async () => {
    await page.keyboard.press('s')
    const rows = (await allPairs(clientFor(engine))).filter((row) => row.decision !== 'undecided')
    expect(rows.map((row) => [row.source, row.decision]).sort()).toEqual([
      ['synthetic', 'accepted'],
      ['web', 'rejected'],
    ])
    expect(rows.map((row) => row.captionId)).toContain(caption)
  }).toPass()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('region', { name: 'Single pair' })).toBeHidden()
  expect(await position(page)).toBe(8)
  expect(problems).toEqual([])
})
