/** npm run bench -- <name> [--quick] [--alone] [--uncompiled] [--limit=<seconds>] [--json]: a table on stderr; with --json the record as the last line of stdout. */
import { readdirSync } from 'node:fs'
import { record, table, type BenchRow } from './harness/record.ts'

export interface BenchOptions {
  /** Tiny sizes and few turns: shows that it works, not how fast. */
  quick: boolean
  /** Without peers, even where their Python is installed. */
  alone?: boolean
  /** Without the modes that compile for minutes, on either side. */
  uncompiled?: boolean
  /** Seconds that the launches of one mode may take together, where a benchmark launches several times. */
  limit?: number
  /** Words after the name that are no flags, for instance a model's size. */
  only: string[]
}
/** Rows all at once, or one by one as they are measured. */
type Bench = (options: BenchOptions) => BenchRow[] | Promise<BenchRow[]> | AsyncIterable<BenchRow>

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3))
const [name, ...only] = process.argv.slice(2).filter((word) => !word.startsWith('-'))

if (!name || !names.includes(name)) {
  console.error(
    `Usage: npm run bench -- <name> [--quick] [--alone] [--uncompiled] [--limit=<seconds>] [--json]\nNames: ${names.join(', ')}`,
  )
  process.exitCode = 2
} else {
  const { bench } = (await import(`./${name}.ts`)) as { bench: Bench }
  const has = (flag: string) => process.argv.includes(flag)
  const limit = Number(process.argv.find((word) => word.startsWith('--limit='))?.slice('--limit='.length)) || undefined
  const options = { quick: has('--quick'), alone: has('--alone'), uncompiled: has('--uncompiled'), limit, only }
  const rows: BenchRow[] = []
  for await (const row of await bench(options)) {
    rows.push(row)
    console.error(table([row]))
  }
  if (has('--json')) console.log(JSON.stringify(record(name, rows)))
  process.exit() // a runtime's threads would keep the process
}
