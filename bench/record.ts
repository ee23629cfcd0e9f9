import { execFileSync } from 'node:child_process'
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os'

/** One measured thing. `ratio` above 1 means that we are faster or smaller than the peer. */
export interface BenchRow {
  name: string
  unit: string
  ours: number
  peer: number | null
  peerName: string | null
  ratio: number | null
  target: number | null
  pass: boolean | null
  n: number
  note: string
}

/** Rows with what they were measured on. */
export function record(bench: string, rows: BenchRow[]) {
  const machine = {
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? '',
    threads: availableParallelism(),
    memory: totalmem(),
    node: process.version,
  }
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  return { bench, machine, commit, rows }
}

/** One line a row, for people. */
export function table(rows: BenchRow[]): string {
  const verdict = ({ target, pass }: BenchRow) => (target === null ? '' : `target ${target} ${pass ? 'met' : 'MISSED'}`)
  return rows
    .map(
      (row) =>
        `${row.name.padEnd(58)} ${row.ours.toFixed(1).padStart(9)} ${row.unit.padEnd(10)} ${verdict(row).padEnd(20)} ${row.note}`,
    )
    .join('\n')
}

export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
