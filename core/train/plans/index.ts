import { Fault } from '../../contract/fault.ts'
import { acmrPlan } from './acmr.ts'
import { albefPlan } from './albef.ts'
import { alignmentPlan } from './alignment.ts'
import { blipPlan } from './blip.ts'
import { clipPlan } from './clip.ts'
import { cnnRnnPlan } from './cnnRnn.ts'
import { ganPlan } from './gan.ts'
import type { Plan } from './plan.ts'
import { qformerPlan } from './qformer.ts'

/** Every training system, without its tensors (those are in ../systems). */
const plans = [
  acmrPlan,
  ganPlan,
  blipPlan,
  albefPlan,
  alignmentPlan,
  clipPlan,
  qformerPlan,
  cnnRnnPlan,
] as unknown as Plan[]

/** @throws Fault `system-unknown` that names the systems there are */
export function planOf(system: string): Plan {
  const found = plans.find((plan) => plan.system === system)
  if (found) return found
  throw new Fault('system-unknown', `There is no training system called "${system}".`, {
    subject: system,
    hint: `There are ${plans.map((plan) => plan.system).join(', ')}.`,
  })
}
