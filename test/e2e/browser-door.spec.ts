import { expect, test } from '@playwright/test'
import { serveEngine, type ServedEngine } from '../support/serve.ts'
import { watchFaults } from '../support/faults.ts'

let engine: ServedEngine

test.beforeAll(async () => {
  engine = await serveEngine()
})

test.afterAll(async () => {
  await engine.stop()
})

test('the printed address opens the workbench and leaves the token out of the address bar', async ({ page }) => {
  const faults = watchFaults(page)
  await page.goto(engine.address)
  await expect(page).toHaveTitle(/Winnow/)
  await expect(page.locator('#app')).not.toBeEmpty()
  expect(page.url()).not.toContain(engine.token)
  expect(faults).toEqual([])
})

test('a browser without the token gets nothing', async ({ page }) => {
  const response = await page.goto(engine.url)
  expect(response?.status()).toBe(401)
  await expect(page.locator('#app')).toHaveCount(0)
})

test('a page of another origin can not use the engine of a browser that has the token', async ({ page }) => {
  await page.goto(engine.address)
  const other = await serveEngine()
  try {
    await page.goto(other.address)
    const outcome = await page.evaluate(
      (url) =>
        fetch(`${url}api/project/current`, { method: 'POST', credentials: 'include' }).then(
          (response) => response.status,
          () => 'refused',
        ),
      engine.url,
    )
    expect(outcome).toBe('refused')
  } finally {
    await other.stop()
  }
})
