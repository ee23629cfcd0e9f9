import { Fault } from '../../../contract/fault.ts'
import type { DeviceValue, Operation } from '../runtime.ts'
import type { Values } from './values.ts'

/**
 * Refuses indices out of range in eager mode, as TensorFlow does: compiled gathers clamp them silently. Costs a download, which
 * eager mode may.
 */
export function checkIndices({ name, inputs }: Operation<DeviceValue>, values: Values) {
  if (name !== 'GatherV2') return
  const [table, indices, axisInput] = inputs
  const length = table!.shape.at(values.download(axisInput!)[0]!)!
  const ids = values.download(indices!)
  const wrong = ids.findIndex((id) => id < 0 || id >= length)
  if (wrong < 0) return
  throw new Fault('tensor-invalid', `${name}: indices[${wrong}] = ${ids[wrong]} is not in [0, ${length}).`, {
    subject: name,
  })
}
