import { Fault } from '../../contract/fault.ts'
import { register } from '../binding/table.ts'
import { attributeKind as kind, dataType, sizeOf, type HostValues } from '../ffi/types.ts'
import type { Recorded } from '../runtime/runtime.ts'
import type { Tracer } from './tracer.ts'

/** Constants above this size belong into inputs or existing tensors: they would be stored in the program. */
const constantLimit = 65_536

/** Constants up to this size are shared, and above it looked through for a single repeated value. */
const smallConstant = 64

/** A value made on the host during the step: it becomes part of the program. */
export function recordConstant(tracer: Tracer, shape: readonly number[], type: number, values: HostValues): number {
  const symbol = constantSymbol(tracer, shape, type, values)
  return register({ kind: 'symbol', tracer, values, symbol })
}

/** The recorded value of a constant. */
export function constantSymbol(tracer: Tracer, shape: readonly number[], type: number, values: HostValues): Recorded {
  const size = sizeOf(shape)
  if (size > smallConstant && values.every((value) => value === values[0])) return filled(tracer, shape, type, values)
  if (size > constantLimit) {
    throw new Fault(
      'tensor-constant',
      `A captured step made a tensor of ${size} values on the host (shape [${shape.join(', ')}]).`,
      {
        hint: 'Pass it as an input, or make it before the capture.',
      },
    )
  }
  if (size > smallConstant) return tracer.recorder.constant(shape, type, values)
  const key = `${type}:${shape}:${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('latin1')}`
  let symbol = tracer.constants.get(key)
  if (!symbol) tracer.constants.set(key, (symbol = tracer.recorder.constant(shape, type, values)))
  return symbol
}

/** One value, repeated on the device. */
function filled(tracer: Tracer, shape: readonly number[], type: number, values: HostValues): Recorded {
  const lengths = constantSymbol(tracer, [shape.length], dataType.int32, Int32Array.from(shape))
  const value = constantSymbol(tracer, [], type, values.slice(0, type === dataType.complex64 ? 2 : 1))
  const attributes = [
    { name: 'T', type: kind.type, value: type },
    { name: 'index_type', type: kind.type, value: dataType.int32 },
  ]
  return tracer.recorder.operation({ name: 'Fill', attributes, inputs: [lengths, value], outputs: 1 })[0]!
}
