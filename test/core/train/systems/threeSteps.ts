/** Runs as a program, since one process holds one runtime: takes three steps of the recipes it is given and prints what they report as JSON. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trainToy } from './support.ts'

export type Reports = Record<string, Record<string, number>[]>

const reports: Reports = {}
for (const recipe of process.argv.slice(2)) {
  reports[recipe] = []
  await trainToy({
    folder: mkdtempSync(join(tmpdir(), 'winnow-steps-')),
    recipe,
    changes: { steps: 3, checkpointEvery: 0, evaluateEvery: 0 },
    metric: (_, { pairsPerSecond: _speed, ...values }) => reports[recipe]!.push(values),
  })
}
process.stdout.write(JSON.stringify(reports), () => process.exit())
