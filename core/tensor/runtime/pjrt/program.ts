import { Fault } from '../../../contract/fault.ts'
import { typeName } from '../../ffi/types.ts'
import type { DeviceValue, Program } from '../runtime.ts'
import type { Loaded, Module, PjrtDevice, Run } from './device.ts'
import { heldBy, type BufferCell, type Shared, type Value, type Values } from './values.ts'

/** Where a parameter of the program takes its buffer from at each run. */
export type Source =
  | { kind: 'input'; index: number; shape: readonly number[]; type: number }
  | { kind: 'held'; value: Value }
  | { kind: 'cell'; cell: BufferCell }

interface Parts {
  sources: Source[]
  outputs: Pick<DeviceValue, 'shape' | 'type'>[]
  /** Cells whose new values follow the outputs. */
  changed: BufferCell[]
}

/** A module that is being compiled, off the event loop, from now on. */
export function newProgram(device: PjrtDevice, values: Values, module: Module, parts: Parts): Program {
  const { sources, changed } = parts
  const loading = device.compile(module)
  loading.catch(() => undefined) // told by `run` and `compiled`
  const consumed = new Set(changed)

  async function run(inputs: readonly DeviceValue[]): Promise<DeviceValue[]> {
    const loaded = await loading
    checkInputs(sources, inputs, module.name)
    const shared = sources.map((source) => sharedOf(source, inputs, values))
    const kept = keptIndices(sources, shared, consumed)
    try {
      return await finishRun(
        loaded.start(
          shared.map(({ buffer }) => buffer),
          kept,
        ),
      )
    } catch (error) {
      changed.forEach(values.loseIfConsumed)
      throw error
    }
  }

  /** Cells get their new buffers at once; whoever reads one waits for it. */
  async function finishRun({ outputs, done }: Run): Promise<DeviceValue[]> {
    const count = parts.outputs.length
    changed.forEach((cell, index) => values.replace(cell, outputs[count + index]!))
    const results = parts.outputs.map(({ shape, type }, index) => values.adopt(outputs[index]!, shape, type))
    try {
      await done
    } catch (error) {
      results.forEach(values.free)
      changed.forEach(values.lose)
      throw error
    }
    return results
  }

  return {
    run,
    compiled: async () => (await loading).compiled,
    dispose() {
      sources.forEach((source) => source.kind === 'held' && values.free(source.value))
      loading.then(({ destroy }: Loaded) => destroy()).catch(() => undefined)
    },
  }
}

function sharedOf(source: Source, inputs: readonly DeviceValue[], values: Values): Shared {
  if (source.kind === 'cell') return heldBy(source.cell)
  return values.sharedOf(source.kind === 'held' ? source.value : (inputs[source.index] as Value))
}

/** A buffer that others share must outlive the run: the program copies it instead of taking it over. */
function keptIndices(sources: readonly Source[], shared: readonly Shared[], consumed: Set<BufferCell>): number[] {
  return sources.flatMap((source, index) => {
    return source.kind === 'cell' && consumed.has(source.cell) && shared[index]!.owners > 1 ? [index] : []
  })
}

/** A wrong buffer would end the process inside of the plugin. */
function checkInputs(sources: readonly Source[], inputs: readonly DeviceValue[], name: string) {
  const expected = sources.filter((source) => source.kind === 'input')
  if (expected.length !== inputs.length) {
    throw new Fault('tensor-shape', `${name} takes ${expected.length} inputs, ${inputs.length} were given.`, {
      subject: name,
    })
  }
  for (const { index, shape, type } of expected) {
    const given = inputs[index]!
    if (given.type === type && `${given.shape}` === `${shape}`) continue
    const shown = ({ type: number, shape: lengths }: Pick<DeviceValue, 'shape' | 'type'>) =>
      `${typeName(number)} [${lengths.join(', ')}]`
    throw new Fault(
      'tensor-shape',
      `Input ${index} of ${name} must be ${shown({ shape, type })}, not ${shown(given)}.`,
      { subject: `${name}, input ${index}` },
    )
  }
}
