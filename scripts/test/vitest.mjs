/** Unit tests and tests of the engine over the contract. */
import { join } from 'node:path'
import { run } from '../setup/command.mjs'
import { nodeBinary, root } from '../setup/places.mjs'
import { step } from '../setup/say.mjs'
import { readReport } from './report.mjs'

const limitMs = 40 * 60_000

/** Resolves to `{ name, passed, failed, leftOut }`. Without a compute runtime its tests skip themselves and are listed. */
export async function runVitest(results, { runtime, plugin }) {
  step('Running unit and engine tests (Vitest)')
  const file = join(results, 'vitest.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { code, timedOut } = await run(nodeBinary(), [vitest, 'run', ...reporters], { limitMs })
  const counts = countVitest(readReport(file))
  // An error outside any test, a crash or a timeout must not pass for success.
  if ((code !== 0 || timedOut) && counts.failed === 0) counts.failed = 1
  if (!runtime) counts.leftOut.push('tests of the compute runtime: there is none for this machine')
  if (!plugin) counts.leftOut.push('tests of the GPU runtime: there is no CPU plugin')
  return { name: 'Vitest', ...counts }
}

/** Counts tests; a file that could not be loaded counts as one failure. */
export function countVitest(report) {
  if (!report) return { passed: 0, failed: 1, leftOut: [] }
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(failedTest),
  )
  const skipped = tests.filter(({ status }) => status === 'skipped' || status === 'pending' || status === 'todo')
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: tests.filter(failedTest).length + broken.length,
    leftOut: skipped.map(({ fullName }) => `test “${fullName}” skipped itself`),
  }
}

function failedTest({ status }) {
  return status === 'failed'
}
