import type { Knobs } from './knobs.ts'
import { reportedBy, type StepReport } from './step.ts'

/** Means over the steps since the last report, of the losses that count, with rate and speed. */
export function createMeter(knobs: Knobs, now: () => number = () => performance.now()) {
  const shown = reportedBy(knobs)
  let sums = new Map<string, number>()
  let steps = 0
  let since = now()
  let latest: Record<string, number> = {}

  function add(report: StepReport, rate: number): void {
    steps++
    for (const name of shown) sums.set(name, (sums.get(name) ?? 0) + report[name]!)
    latest = { ...latest, rate }
  }

  function take(): Record<string, number> {
    const seconds = (now() - since) / 1000
    const means = Object.fromEntries([...sums].map(([name, sum]) => [name, sum / steps]))
    latest = {
      ...means,
      rate: latest['rate'] ?? 0,
      pairsPerSecond: seconds > 0 ? (steps * knobs.batchSize * knobs.accumulate) / seconds : 0,
    }
    sums = new Map()
    steps = 0
    since = now()
    return latest
  }

  return { add, take, latest: () => latest }
}
