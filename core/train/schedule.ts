export interface Schedule {
  learningRate: number
  minimumRate: number
  warmupSteps: number
  steps: number
}

/**
 * Rate of a step, counted from 0: a straight rise over `warmupSteps`, then half a cosine down to `minimumRate`
 * at the last step. By step, not by epoch: an epoch-wise warm-up is cut off on small data (algorithms.md §1.8).
 */
export function rateAt(step: number, { learningRate, minimumRate, warmupSteps, steps }: Schedule): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps
  const span = Math.max(1, steps - 1 - warmupSteps)
  const share = Math.min(1, (step - warmupSteps) / span)
  return minimumRate + (learningRate - minimumRate) * 0.5 * (1 + Math.cos(Math.PI * share))
}
