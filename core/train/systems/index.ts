import { Fault } from '../../contract/fault.ts'
import type { CommonKnobs } from '../plans/common.ts'
import { acmrSystem } from './acmr.ts'
import { albefSystem } from './albef.ts'
import { alignmentSystem } from './alignment.ts'
import { blipSystem } from './blip.ts'
import { clipSystem } from './clip.ts'
import { qformerSystem } from './qformer.ts'
import { cnnRnnSystem } from './cnnRnn.ts'
import { ganSystem } from './gan.ts'
import type { System } from './system.ts'

/** Every training system (see ../plans for what can be said of them without tensors). */
const systems = [
  acmrSystem,
  ganSystem,
  blipSystem,
  albefSystem,
  alignmentSystem,
  clipSystem,
  qformerSystem,
  cnnRnnSystem,
] as unknown as System[]

/** @throws Fault `system-unknown` */
export function systemOf({ system }: Pick<CommonKnobs, 'system'>): System {
  const found = systems.find(({ plan }) => plan.system === system)
  if (found) return found
  throw new Fault('system-unknown', `There is no training system called "${system}".`, { subject: system })
}
