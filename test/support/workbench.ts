import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Browser, type Page } from '@playwright/test'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import { serveEngine, type ServedEngine } from './serve.ts'
import type { Contract } from '../../core/contract/index.ts'

/** Every theme, language and width that screens are looked at in. */
export const looks = [
  { theme: 'dark', locale: 'en', width: 1440, height: 900 },
  { theme: 'light', locale: 'zh-CN', width: 1440, height: 900 },
  { theme: 'light', locale: 'en', width: 1024, height: 700 },
  { theme: 'dark', locale: 'zh-CN', width: 1024, height: 700 },
] as const

export interface WindowOptions {
  theme?: 'light' | 'dark'
  locale?: 'en' | 'zh-CN'
  width?: number
  height?: number
}

/** A window on the engine, as a person opens it; page errors and refused content fail the test that looks at them. */
export async function openWindow(
  browser: Browser,
  engine: ServedEngine,
  { theme = 'dark', locale = 'en', width = 1440, height = 900 }: WindowOptions = {},
) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) problems.push(message.text())
  })
  await page.addInitScript(
    (settings) => localStorage.getItem('winnow.settings') ?? localStorage.setItem('winnow.settings', settings),
    JSON.stringify({ theme: 'system', locale }),
  )
  await page.goto(engine.address)
  return { page, problems, close: () => context.close() }
}

/** The same engine's contract, for checking what the window did. */
export function clientFor(engine: ServedEngine): ContractRouterClient<Contract> {
  return createORPCClient(
    new RPCLink({ url: `${engine.url}rpc`, headers: { Authorization: `Bearer ${engine.token}` } }),
  )
}

export const everything = { text: '', sort: { by: 'order', direction: 'ascending' } } as const

/** Every pair of a query, by the contract. */
export async function allPairs(client: ContractRouterClient<Contract>, text = '') {
  const view = await client.pairs.open({ ...everything, text })
  const rows = []
  for (let from = 0; from < view.count; from += 500)
    rows.push(...(await client.pairs.page({ view: view.view, from, to: Math.min(view.count, from + 500) })))
  return rows
}

/** Waits until the grid shows pairs. */
export async function gridReady(page: Page): Promise<void> {
  await expect(page.locator('[role="option"][data-caption] img').first()).toBeVisible()
}

/** Number of the active pair in the status line. */
export async function position(page: Page): Promise<number> {
  return Number((await page.getByTestId('position').innerText()).replace(/\D/g, ''))
}

/** What axe finds that would stop somebody. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary?.split('\n')[1] ?? ''}`),
    )
}

export { serveEngine, type ServedEngine }
