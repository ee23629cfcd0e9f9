import { Fault } from '../../contract/fault.ts'
import type { CommonKnobs } from '../plans/common.ts'
import { albefSystem } from './albef.ts'
import { blipSystem } from './blip.ts'
import { qformerSystem } from './qformer.ts'
import type { System } from './system.ts'

/** Every training system (see ../plans for what can be said of them without tensors). */
const systems = [blipSystem, albefSystem, qformerSystem] as unknown as System[]

/** @throws Fault `system-unknown` */
export function systemOf({ system }: Pick<CommonKnobs, 'system'>): System {
  const found = systems.find(({ plan }) => plan.system === system)
  if (found) return found
  throw new Fault('system-unknown', `There is no training system called "${system}".`, { subject: system })
}
