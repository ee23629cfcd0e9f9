import { execFileSync } from 'node:child_process'
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os'

/** One measured thing. `ratio` above 1 means that we are faster or smaller than the peer. */
export interface BenchRow {
  name: string
  unit: string
  ours: number
  peer: number | null
  peerName: string | null
  ratio: number | null
  /** Of the ratio where there is a peer, else of `ours`. */
  target: number | null
  pass: boolean | null
  n: number
  note: string
}

const [loadBefore] = loadavg()

/** Threads that either side gets. */
export const cores = availableParallelism()

/** Rows with what they were measured on. */
export function record(bench: string, rows: BenchRow[]) {
  const machine = {
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? '',
    threads: cores,
    memory: totalmem(),
    node: process.version,
    /** Of the minute before the benchmark: much above 0 means that others were at work. */
    loadBefore: Number(loadBefore!.toFixed(1)),
  }
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  return { bench, machine, commit, rows }
}

/** One line a row, for people; what was measured how stands below it. */
export function table(rows: BenchRow[]): string {
  const verdict = ({ target, pass }: BenchRow) => (target === null ? '' : `target ${target} ${pass ? 'met' : 'MISSED'}`)
  const ratio = (row: BenchRow) => (row.ratio === null ? '' : `${row.ratio.toFixed(2)} × ${row.peerName}`)
  return rows
    .map((row) => {
      const numbers = `${row.ours.toFixed(1).padStart(9)} ${row.unit.padEnd(10)} ${ratio(row).padEnd(24)}`
      const note = `n ${row.n}; ${row.note}`
      return `${row.name.padEnd(58)} ${numbers} ${verdict(row).padEnd(20)}${row.peer === null ? ` ${note}` : `\n    ${note}`}`
    })
    .join('\n')
}

export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
