import type { Pointer } from '../../ffi/memory.ts'
import { executeAsync } from '../../ffi/tensorflow/eager.ts'
import { addFunction, removeFunction, type Output } from '../../ffi/tensorflow/graph.ts'
import { attributeKind as kind } from '../../ffi/types.ts'
import type { DeviceValue, Program } from '../runtime.ts'
import { releaseHeld, type Graph, type Parameter } from './graph.ts'
import { handleOf, withDescription } from './values.ts'

interface Ends {
  name: string
  outputs: Output[]
  /** Operations that must run for their effect. */
  effects: Pointer[]
  xla: boolean
}

let programs = 0

/** Registers the graph as a function; XLA compiles it in its first run. */
export function addProgram(context: Pointer, { graph, parameters }: Graph, ends: Ends): Program {
  const name = `${ends.name.replace(/\W+/g, '_')}_${programs++}`
  const inputs = parameters.map((parameter) => parameter.output)
  addFunction(context, graph, { name, inputs, outputs: ends.outputs, effects: ends.effects })
  const attributes = ends.xla ? [{ name: '_XlaMustCompile', type: kind.bool, value: true }] : []
  return {
    async run(values) {
      const handles = parameters.map((parameter) => argument(parameter, values))
      const results = await executeAsync(context, { name, attributes, inputs: handles, outputs: ends.outputs.length })
      return results.map(withDescription)
    },
    compiled: async () => null,
    dispose() {
      removeFunction(context, name)
      releaseHeld({ parameters })
    },
  }
}

function argument(parameter: Parameter, values: readonly DeviceValue[]): Pointer {
  if (parameter.kind === 'input') return handleOf(values[parameter.index]!)
  return handleOf(parameter.kind === 'held' ? parameter.value : parameter.cell)
}
