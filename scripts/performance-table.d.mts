export interface BenchRecord {
  bench: string
  machine: Record<string, string | number>
  commit: string
  rows: Record<string, unknown>[]
}
export function withRecord(text: string, record: BenchRecord, date: string): string
export function recordIn(output: string): BenchRecord
