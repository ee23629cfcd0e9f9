/** The table of a check. */
import type { Row } from './compile.ts'

const columns = [
  'card',
  'precision',
  'size',
  'step',
  'program',
  'peak',
  'kernels',
  'Triton',
  'library',
  'loose',
  'compile',
]

export function printTable(rows: Row[], out: { write(text: string): unknown }) {
  const cells = rows.map(cellsOf)
  const widths = columns.map((name, index) => Math.max(name.length, ...cells.map((row) => row[index]!.length)))
  for (const row of [columns, widths.map((width) => '-'.repeat(width)), ...cells])
    out.write(`| ${row.map((cell, index) => cell.padEnd(widths[index]!)).join(' | ')} |\n`)
}

function cellsOf({ card, precision, size, kind, program, peak, kernels, seconds, fault }: Row): string[] {
  const name = precision === 'bfloat16' ? 'bf16' : 'fp32'
  if (!kernels) return [card, name, size, kind, program, fault ?? '', '', '', '', '', '']
  const { total, triton, library, loose } = kernels
  const counts = [total, triton, library, loose].map(String)
  return [card, name, size, kind, program, `${(peak / 2 ** 20).toFixed(0)} MiB`, ...counts, `${seconds.toFixed(1)} s`]
}
