import { expect, test } from '@playwright/test'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeCurationProject, madeUpScore } from '../support/curation-project.ts'
import { allPairs, clientFor, openWindow, serveEngine, type ServedEngine } from '../support/workbench.ts'

const pictures = 60
let folder: string
let engine: ServedEngine

test.beforeAll(async () => {
  folder = await makeCurationProject({ pictures })
  engine = await serveEngine({ args: ['--project', folder] })
})
test.afterAll(async () => {
  await engine.stop()
  rmSync(dirname(folder), { recursive: true, force: true })
})

test('a threshold re-counts at once and is applied as one step that can be undone', async ({ browser }) => {
  const { page, problems } = await openWindow(browser, engine)
  await page.getByRole('button', { name: 'CapFilt' }).click()
  await expect(page.getByText('probability of a match after softmax')).toBeVisible()
  const web = page.getByRole('slider', { name: 'Threshold, Web' })
  await web.focus()
  for (let step = 0; step < 4; step++) await page.keyboard.press('Shift+ArrowRight')
  await expect(web).toHaveAttribute('aria-valuenow', '0.7')
  const scores = Array.from({ length: 2 * pictures }, (_, at) => madeUpScore(at))
  const webKept = scores.slice(0, pictures).filter((score) => score >= 0.7).length
  const syntheticKept = scores.slice(pictures).filter((score) => score >= 0.5).length
  await expect(page.locator('[data-count="webKept"]')).toHaveText(String(webKept))
  await expect(page.locator('[data-count="kept"]')).toHaveText(String(webKept + syntheticKept))
  await page.getByRole('button', { name: 'Apply the cut…' }).click()
  await expect(page.getByRole('dialog')).toContainText(
    `Accepts ${webKept + syntheticKept} captions and rejects ${2 * pictures - webKept - syntheticKept}`,
  )
  await page.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(page.getByText(`${webKept + syntheticKept} accepted`)).toBeVisible()
  const client = clientFor(engine)
  expect(await allPairs(client, 'decision:accepted')).toHaveLength(webKept + syntheticKept)
  await client.curate.undo()
  expect(await allPairs(client, 'decision:accepted')).toHaveLength(0)
  expect(problems).toEqual([])
})

test('dragging a threshold counts within the same frame', async ({ browser }) => {
  const { page } = await openWindow(browser, engine)
  await page.getByRole('button', { name: 'CapFilt' }).click()
  const box = (await page.locator('.row.synthetic').boundingBox())!
  const middle = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * 0.5, middle)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.25, middle, { steps: 12 })
  const shown = Number(await page.getByRole('slider', { name: 'Threshold, Synthetic' }).getAttribute('aria-valuenow'))
  const kept = Array.from({ length: pictures }, (_, at) => madeUpScore(pictures + at)).filter(
    (score) => score >= shown,
  ).length
  await expect(page.locator('[data-count="syntheticKept"]')).toHaveText(String(kept))
  await page.mouse.up()
  expect(Math.abs(shown - 0.25)).toBeLessThan(0.01)
})
