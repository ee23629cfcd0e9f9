/** Tests that act as a person would: in Chromium against the real engine, and in the real desktop shell. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../setup/command.mjs'
import { nodeBinary, root } from '../setup/places.mjs'
import { step } from '../setup/say.mjs'
import { readReport } from './report.mjs'

const limitMs = 20 * 60_000

/** Resolves to `{ name, passed, failed, leftOut }`. */
export async function runPlaywright(results, { electron }) {
  const leftOut = []
  const projects = []
  if (await chromiumExists()) projects.push('browser')
  else
    leftOut.push(
      'browser tests: there is no Chromium. Install it, or set CHROMIUM_PATH, or run: npx playwright install chromium',
    )
  const obstacle = electron.executable ? noDisplay() : electron.reason
  if (obstacle) leftOut.push(`desktop tests: ${obstacle}`)
  else projects.push('electron')
  if (projects.length === 0) return { name: 'Playwright', passed: 0, failed: 0, leftOut }
  return { name: 'Playwright', ...(await runProjects(projects, results, electron.executable, leftOut)) }
}

async function runProjects(projects, results, electron, leftOut) {
  step(`Running tests in ${projects.join(' and ')} (Playwright)`)
  const file = join(results, 'playwright.json')
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: file, ...(electron && { WINNOW_ELECTRON: electron }) }
  const args = [cli, 'test', '--reporter=list,json', ...projects.map((name) => `--project=${name}`)]
  const { code } = await run(nodeBinary(), args, { env, limitMs })
  const counts = countPlaywright(readReport(file))
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  return { ...counts, leftOut: [...leftOut, ...counts.leftOut] }
}

/** Counts tests; one that passed only when repeated counts as failed. */
export function countPlaywright(report) {
  if (!report) return { passed: 0, failed: 1, leftOut: [] }
  const skipped = report.suites.flatMap((suite) => skippedTitles(suite))
  const { expected, unexpected, flaky } = report.stats
  const failed = unexpected + flaky + report.errors.length
  return { passed: expected, failed, leftOut: skipped.map((title) => `test “${title}” skipped itself`) }
}

function skippedTitles(suite) {
  const own = suite.specs.filter((spec) => spec.tests.some(({ status }) => status === 'skipped'))
  return [...own.map(({ title }) => title), ...(suite.suites ?? []).flatMap((inner) => skippedTitles(inner))]
}

async function chromiumExists() {
  const script =
    "import { chromiumExecutable } from './test/support/chromium.ts'; import { chromium } from '@playwright/test'; console.log(chromiumExecutable() ?? chromium.executablePath())"
  const { code, output } = await run(nodeBinary(), ['--input-type=module', '--eval', script], {
    capture: true,
    cwd: root,
  })
  return code === 0 && existsSync(output.trim())
}

function noDisplay() {
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  return display ? null : 'there is no display (DISPLAY is not set). On Linux: xvfb-run -a npm test'
}
