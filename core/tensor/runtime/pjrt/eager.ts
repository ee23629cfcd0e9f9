import type { HostValues } from '../../ffi/types.ts'
import { constant, hostInputs, lowerOperation, moduleText, newBuilder, parameter } from '../../stablehlo/index.ts'
import type { DeviceValue, Operation } from '../runtime.ts'
import type { Immediate, PjrtDevice } from './device.ts'
import { checkIndices } from './indices.ts'
import type { Value, Values } from './values.ts'

/** Modules of single operations that are kept. */
const cacheLimit = 2000

interface Compiled {
  loaded: Immediate
  results: Pick<DeviceValue, 'shape' | 'type'>[]
}

/**
 * Runs single operations, each compiled on first use: for debugging and parity, not for speed.
 * Inputs that an operation must know beforehand (shapes, axes) are part of what is compiled.
 */
export function newEager(device: PjrtDevice, values: Values) {
  const cache = new Map<string, Compiled>()
  let compiled = 0

  function obtain(operation: Operation<DeviceValue>, known: Map<number, HostValues>): Compiled {
    const key = keyOf(operation, known)
    let entry = cache.get(key)
    if (entry) cache.delete(key)
    else {
      compiled++
      entry = compileOperation(device, operation, known)
    }
    cache.set(key, entry) // last in the order of use
    if (cache.size > cacheLimit) evict(cache)
    return entry
  }

  return {
    compiled: () => compiled,
    execute(operation: Operation<DeviceValue>): DeviceValue[] {
      if (device.hasValues) checkIndices(operation, values)
      const known = knownInputs(operation, values)
      const { loaded, results } = obtain(operation, known)
      const buffers = operation.inputs.filter((_, index) => !known.has(index)).map(values.bufferOf)
      return loaded
        .run(buffers)
        .map((buffer, index) => values.adopt(buffer, results[index]!.shape, results[index]!.type))
    },
  }
}

/** Values of the inputs that the operation's lowering needs. */
function knownInputs({ name, inputs }: Operation<DeviceValue>, values: Values): Map<number, HostValues> {
  const indices = hostInputs(name).map((index) => (index < 0 ? index + inputs.length : index))
  return new Map(
    indices
      .filter((index) => index < inputs.length)
      .map((index) => [index, (inputs[index] as Value).host ?? values.download(inputs[index]!)]),
  )
}

function keyOf({ name, attributes, inputs, outputs }: Operation<DeviceValue>, known: Map<number, HostValues>): string {
  const shown = inputs.map(
    ({ type, shape }, index) => `${type}[${shape}]${known.has(index) ? `=${known.get(index)}` : ''}`,
  )
  return `${name} ${outputs} ${JSON.stringify(attributes)} ${shown.join(';')}`
}

function compileOperation(
  device: PjrtDevice,
  { name, attributes, inputs, outputs }: Operation<DeviceValue>,
  known: Map<number, HostValues>,
): Compiled {
  const builder = newBuilder()
  const values = inputs.map(({ shape, type }, index) => {
    const host = known.get(index)
    return host ? constant(builder, shape, type, host) : parameter(builder, shape, type)
  })
  const results = lowerOperation(builder, name, attributes, values, outputs)
  const text = moduleText(builder, { results, name })
  const loaded = device.compileNow({ name, text, parameters: builder.parameters.length, outputs: results.length })
  return { loaded, results: results.map(({ shape, type }) => ({ shape, type })) }
}

function evict(cache: Map<string, Compiled>) {
  const [key, { loaded }] = cache.entries().next().value!
  loaded.destroy()
  cache.delete(key)
}
