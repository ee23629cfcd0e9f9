export interface Counts {
  passed: number
  failed: number
  leftOut: string[]
}
export function countVitest(report: unknown): Counts
