import type { Page } from '@playwright/test'

/** Collects what goes wrong in a page from now on: errors, and requests that its policy refused. */
export function watchFaults(page: Page): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  return faults
}
