import type { Signature } from './plan.ts'
import { weight, whole } from './common.ts'

/** The knobs of systems that contrast pictures and texts, then match them with hard negatives. */
export const matchingKnobs = {
  /** Weights of the losses; 0 leaves a loss out of the step altogether. */
  itcWeight: weight,
  itmWeight: weight,
  /** Pairs of the batch that the matching loss takes as anchors; 0 takes all. */
  itmAnchors: whole.min(0),
  /** Step from which the matching loss counts. */
  itmFrom: whole.min(0),
}

/** Loss of a matching head that knows only that a third of its questions are matches. */
export const matchingPrior = -((1 / 3) * Math.log(1 / 3) + (2 / 3) * Math.log(2 / 3))

/** The values at which contrast and matching stand still. @param keys how many a feature is compared with */
export function matchingSignatures(
  { itcWeight, itmWeight }: { itcWeight: number; itmWeight: number },
  keys: number,
): Signature[] {
  return [
    ...(itcWeight > 0 ? [{ report: 'itc', value: Math.log(keys), tolerance: 0.02, code: 'contrast-chance' }] : []),
    ...(itmWeight > 0 ? [{ report: 'itm', value: matchingPrior, tolerance: 0.005, code: 'itm-prior' }] : []),
  ]
}
