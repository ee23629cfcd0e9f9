/** `npm test`: sets up what is missing, runs every check and test, and ends with the line `N passed, N failed`. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setUp } from './setup/all.mjs'
import { buildFolder } from './setup/places.mjs'
import { setUpTestPlugin } from './setup/runtime.mjs'
import { setUpTensorBoard } from './setup/tensorboard.mjs'
import { fail, step, warn } from './setup/say.mjs'
import { checkSteps } from './test/checks.mjs'
import { runPlaywright } from './test/playwright.mjs'
import { runVitest } from './test/vitest.mjs'

try {
  process.exitCode = await main()
} catch (error) {
  fail(error.message)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}

async function main() {
  const { runtime, electron } = await setUp()
  const plugin = await setUpTestPlugin()
  if (!(await setUpTensorBoard())) warn('TensorBoard could not be fetched: its tests are left out')
  const results = join(buildFolder, 'test')
  rmSync(results, { recursive: true, force: true })
  const parts = [
    ...checkSteps,
    () => runVitest(results, { runtime, plugin }),
    () => runPlaywright(results, { electron }),
  ]
  const outcomes = []
  for (const part of parts) outcomes.push(await part())
  return conclude(outcomes)
}

/** Prints what failed, what was left out and the sum; returns the exit code. In CI nothing may be left out. */
function conclude(outcomes) {
  const leftOut = outcomes.flatMap((outcome) => outcome.leftOut ?? [])
  const passed = sum(outcomes, 'passed')
  const failed = sum(outcomes, 'failed') + (process.env.CI ? leftOut.length : 0)
  console.log()
  step('Result')
  for (const { name, failed: count } of outcomes) if (count > 0) fail(`${name}: ${count} failed`)
  for (const text of leftOut) warn(`LEFT OUT${process.env.CI ? ' (a failure in CI)' : ''}: ${text}`)
  console.log(`${passed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

function sum(outcomes, key) {
  return outcomes.reduce((total, outcome) => total + outcome[key], 0)
}
