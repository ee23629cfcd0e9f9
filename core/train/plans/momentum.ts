import type { z } from 'zod'
import { share, whole } from './common.ts'
import type { Conflict } from './plan.ts'

/**
 * Knobs of momentum contrast (ALBEF, BLIP; first in MoCo, arXiv 1911.05722): slowly following copies of the encoders, the teacher,
 * whose features stay comparable for long enough to be kept in a queue, and whose opinions soften the targets. All off at 0.
 */
export const momentumKnobs = {
  /** Share that the teacher keeps of itself at each step; 0 trains without a teacher, 1 never changes it. */
  momentum: share.default(0),
  /**
   * Step from which teacher and queue count. Until then the batch is contrasted with itself, and the teacher is a plain copy: random
   * encoders learn little from copies that stand still, and from ones that don't they learn to tell new keys from old.
   */
  momentumFrom: whole.min(0).default(0),
  /** Pairs of past steps that each batch is compared with too; any number. */
  queueSize: whole.min(0).default(0),
  /** Weight of the teacher's opinion against the labels. */
  distillation: share.default(0),
  /** Steps over which that weight rises from 0. */
  distillationRamp: whole.min(0).default(0),
}
export type MomentumKnobs = { [Name in keyof typeof momentumKnobs]: z.infer<(typeof momentumKnobs)[Name]> }

/** A teacher's opinion can't count without a teacher. */
export function momentumConflict({ momentum, distillation }: MomentumKnobs): Conflict | undefined {
  if (distillation === 0 || momentum > 0) return undefined
  return { knob: 'distillation', reason: 'there is no teacher to learn from while "momentum" is 0' }
}

/** Floats that the teacher and the queue take, with the similarities of a batch to all that it is compared with. */
export function momentumFloats(
  parameters: Map<string, number[]>,
  followed: (name: string) => boolean,
  { momentum, queueSize, batchSize, embed }: MomentumKnobs & { batchSize: number; embed: number },
): number {
  const copied = momentum > 0 ? [...parameters].filter(([name]) => followed(name)) : []
  const copies = copied.reduce((sum, [, dims]) => sum + dims.reduce((product, size) => product * size, 1), 0)
  // the queue itself and the keys it is joined to, for pictures and texts; logits and targets in both directions
  return copies + 4 * queueSize * embed + 4 * batchSize * queueSize
}
