/** npm run bench -- <name> [--quick] [--json]: a table on stderr; with --json the record on stdout. */
import { readdirSync } from 'node:fs'
import { record, table, type BenchRow } from './record.ts'

type Bench = (options: { quick: boolean }) => BenchRow[] | Promise<BenchRow[]>

const helpers = ['run.ts', 'record.ts']
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !helpers.includes(file))
  .map((file) => file.slice(0, -3))
const name = process.argv.slice(2).find((word) => !word.startsWith('-'))

if (!name || !names.includes(name)) {
  console.error(`Usage: npm run bench -- <name> [--quick] [--json]\nNames: ${names.join(', ')}`)
  process.exitCode = 2
} else {
  const { bench } = (await import(`./${name}.ts`)) as { bench: Bench }
  const rows = await bench({ quick: process.argv.includes('--quick') })
  console.error(table(rows))
  if (process.argv.includes('--json')) console.log(JSON.stringify(record(name, rows)))
}
