import type { NotLearning } from '../contract/model.ts'
import type { Signature } from './plans/plan.ts'

/** So many logged means in a row at a signature's value are no accident. */
const rows = 5

/**
 * Watches for losses that stand still at a value which means that nothing is learned (algorithms.md §8.4): a matching head at its prior,
 * a contrastive loss at ln G, a triplet loss at its margins, a caption loss at ln V. Each starts near it, so warm-up doesn't count.
 * @returns told of each logged row of means; answers what is recognised now, null for nothing
 */
export function createStallWatch(signatures: Signature[], { warmupSteps }: { warmupSteps: number }) {
  const runs = new Map<Signature, number>()

  return function look(step: number, means: Record<string, number>): NotLearning | null {
    if (step <= warmupSteps) return null
    for (const signature of signatures) {
      const { report, value, tolerance } = signature
      const near = means[report] !== undefined && Math.abs(means[report] - value) <= tolerance
      runs.set(signature, near ? (runs.get(signature) ?? 0) + 1 : 0)
    }
    const found = signatures.find((signature) => runs.get(signature)! >= rows)
    return found ? { code: found.code, report: found.report, value: found.value, step } : null
  }
}
