import { z } from 'zod'
import { Fault } from '../contract/fault.ts'
import { commonKnobs, type CommonKnobs } from './plans/common.ts'
import { planOf } from './plans/index.ts'
import type { Conflict, Plan } from './plans/plan.ts'

/** Every knob of a training run: the common ones, and those of its system. */
export type Knobs = CommonKnobs & Record<string, unknown>

/**
 * Checks knobs from outside, for instance from a run's record. Those that name no system are BLIP's.
 * @throws Fault `recipe-invalid`, whose subject is the knob, or `system-unknown`
 */
export function parseKnobs(values: unknown, recipe = 'these knobs'): Knobs {
  const { system = 'blip', ...rest } = (values ?? {}) as { system?: string }
  const parsed = schemaOf(system).safeParse(rest)
  if (parsed.success) return withoutConflict({ system, ...parsed.data } as Knobs, recipe)
  const issue = parsed.error.issues[0]!
  const name = issue.path.join('.') || (issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : '')
  throw unusable(name, recipe, issue.message)
}

function withoutConflict(knobs: Knobs, recipe: string): Knobs {
  const plan = planOf(knobs.system)
  const conflict = accumulatedTurns(plan, knobs) ?? recomputedOther(plan, knobs) ?? plan.conflict?.(knobs)
  if (conflict) throw unusable(conflict.knob, recipe, conflict.reason)
  return knobs
}

/** Gradients of a later turn are taken by parameters that an earlier one moved, so batches can't be summed turn by turn. */
function accumulatedTurns({ alternating }: Plan, { accumulate, system }: Knobs): Conflict | undefined {
  if (!alternating || accumulate === 1) return undefined
  return {
    knob: 'accumulate',
    reason: `in "${system}" several optimisers take turns within a step, and only 1 is possible`,
  }
}

function recomputedOther({ recomputes }: Plan, { recompute, system }: Knobs): Conflict | undefined {
  if (recomputes || !recompute) return undefined
  return { knob: 'recompute', reason: `the models of "${system}" keep their activations` }
}

const unusable = (name: string, recipe: string, reason: string) =>
  new Fault('recipe-invalid', `The knob "${name}" of ${recipe} can't be used: ${reason}.`, { subject: name })

const schemaOf = (system: string) => z.strictObject({ ...commonKnobs, ...planOf(system).knobs })
