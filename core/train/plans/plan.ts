import type { z } from 'zod'
import type { Shape } from '../../model/shape.ts'
import type { CommonKnobs } from './common.ts'

/** What can be said of a training system without computing anything: for recipes, preflight and the run view. */
export interface Plan<S extends Shape = Shape, K extends CommonKnobs = CommonKnobs> {
  system: string
  /** The family of models that it trains. */
  family: string
  /** The knobs that it has beside the common ones. */
  knobs: z.ZodRawShape
  /** Whether a step has several optimisers that take turns. */
  alternating?: boolean
  /** Whether the blocks of its models can run again in the backward pass. */
  recomputes?: boolean
  /** Knobs that can't be used together, though each is in range. */
  conflict?(knobs: K): Conflict | undefined
  /** Whether a parameter is trained; the others get neither update nor decay. */
  trains(name: string, knobs: K): boolean
  /** Floats that the forward pass keeps for the backward pass, of a whole batch: what memory is planned by. */
  keptFloats(shape: S, knobs: K): number
  /** Values at which a loss stands still because nothing is learned. */
  signatures?(shape: S, knobs: K): Signature[]
}

/** The knob to change and why, as in "The knob can't be used: <reason>." */
export interface Conflict {
  knob: string
  reason: string
}

/** A value of a reported loss that means "not learning". */
export interface Signature {
  /** The reported loss. */
  report: string
  value: number
  /** How near to the value counts. */
  tolerance: number
  /** Names the explanation, for instance `itm-prior`. */
  code: string
}
