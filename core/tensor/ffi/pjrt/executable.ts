import { Fault } from '../../../contract/fault.ts'
import type { MemoryUse, OptimisedProgram } from '../../runtime/runtime.ts'
import type { Client } from './client.ts'
import { bytesAt, callAddress, invoke, invokeAsync, supports, textAt, type Plugin } from './plugin.ts'
import { newStruct, type FieldValue } from './struct.ts'

/** A program compiled for a client's device. */
export interface Executable {
  plugin: Plugin
  loaded: bigint
  /** The part that can be inspected and serialised. */
  program: bigint
  arguments: number
  outputs: number
}

/** StableHLO text as C takes it. */
export function programOf(text: string): Record<string, FieldValue> {
  const [code, format] = [Buffer.from(text), Buffer.from('mlir')]
  const fields = { code, code_size: code.length, format, format_size: format.length }
  return { program: newStruct('PJRT_Program', fields) }
}

/** Compiles a module with `parameters` arguments on the calling thread. */
export function compileNow(
  client: Client,
  text: string,
  parameters: number,
  options: Uint8Array,
  doing: string,
): Executable {
  const struct = invoke(client.plugin, 'Client_Compile', doing, compileFields(client, text, options))
  return describe(client.plugin, struct.get('executable'), parameters)
}

/** Compiles on a worker thread: the event loop stays free. */
export async function compile(
  client: Client,
  text: string,
  parameters: number,
  options: Uint8Array,
  doing: string,
): Promise<Executable> {
  const struct = await invokeAsync(client.plugin, 'Client_Compile', doing, compileFields(client, text, options))
  return describe(client.plugin, struct.get('executable'), parameters)
}

function compileFields(client: Client, text: string, options: Uint8Array) {
  return {
    client: client.address,
    ...programOf(text),
    compile_options: options,
    compile_options_size: options.length,
  }
}

/** Loads what `serialise` gave, from the same plugin on the same kind of device. Throws a Fault for anything else. */
export async function deserialise(client: Client, bytes: Uint8Array, parameters: number): Promise<Executable> {
  const fields = {
    client: client.address,
    serialized_executable: bytes,
    serialized_executable_size: bytes.length,
  }
  const struct = await invokeAsync(client.plugin, 'Executable_DeserializeAndLoad', 'Loading a program', fields)
  return describe(client.plugin, struct.get('loaded_executable'), parameters)
}

function describe(plugin: Plugin, loaded: bigint, parameters: number): Executable {
  const doing = 'Loading a program'
  const program = invoke(plugin, 'LoadedExecutable_GetExecutable', doing, { loaded_executable: loaded }).get(
    'executable',
  )
  const outputs = invoke(plugin, 'Executable_NumOutputs', doing, { executable: program }).number('num_outputs')
  return { plugin, loaded, program, arguments: parameters, outputs }
}

export function serialise({ plugin, program }: Pick<Executable, 'plugin' | 'program'>): Uint8Array {
  const struct = invoke(plugin, 'Executable_Serialize', 'Saving a program', { executable: program })
  const bytes = bytesAt(struct.get('serialized_bytes'), struct.number('serialized_bytes_size'))
  callAddress(struct.get('serialized_executable_deleter'), struct.get('serialized_executable'))
  return bytes
}

export interface Execution {
  outputs: bigint[]
  /** Event of its completion. */
  done: bigint
}

/**
 * Starts a run. Arguments must be of the program's shapes and types: the caller has checked. Those whose parameter is aliased to an
 * output are consumed, except for the indices in `kept`.
 */
export function start(
  executable: Executable,
  buffers: readonly bigint[],
  kept: readonly number[],
  doing: string,
): Execution {
  const { plugin, loaded, outputs } = executable
  if (buffers.length !== executable.arguments) {
    throw new Fault('tensor-shape', `${doing} takes ${executable.arguments} buffers, ${buffers.length} were given.`)
  }
  const results = new BigUint64Array(Math.max(1, outputs))
  const done = new BigUint64Array(1)
  const options = newStruct('PJRT_ExecuteOptions', {
    non_donatable_input_indices: kept.length ? BigInt64Array.from(kept, BigInt) : null,
    num_non_donatable_input_indices: kept.length,
  })
  invoke(plugin, 'LoadedExecutable_Execute', doing, {
    executable: loaded,
    options,
    argument_lists: { pointers: [BigUint64Array.from(buffers)] },
    num_devices: 1,
    num_args: buffers.length,
    output_lists: { pointers: [results] },
    device_complete_events: done,
  })
  return { outputs: Array.from(results.subarray(0, outputs)), done: done[0]! }
}

export function destroyExecutable({ plugin, loaded, program }: Executable) {
  invoke(plugin, 'Executable_Destroy', 'Freeing a program', { executable: program })
  invoke(plugin, 'LoadedExecutable_Destroy', 'Freeing a program', { executable: loaded })
}

/** What the compiler says of memory; null where the plugin can't tell. */
export function memoryUse({ plugin, program }: Pick<Executable, 'plugin' | 'program'>): MemoryUse | null {
  if (!supports(plugin, 'Executable_GetCompiledMemoryStats')) return null
  const doing = 'Reading the memory of a program'
  const stats = invoke(plugin, 'Executable_GetCompiledMemoryStats', doing, { executable: program })
  return {
    arguments: stats.number('argument_size_in_bytes'),
    outputs: stats.number('output_size_in_bytes'),
    aliased: stats.number('alias_size_in_bytes'),
    temporary: stats.number('temp_size_in_bytes'),
    code: stats.number('generated_code_size_in_bytes'),
    peak: stats.number('peak_memory_in_bytes'),
  }
}

/** The program as the compiler left it. */
export function optimised({ plugin, program }: Pick<Executable, 'plugin' | 'program'>): OptimisedProgram {
  const doing = 'Reading a compiled program'
  const described = newStruct('PJRT_Program')
  invoke(plugin, 'Executable_OptimizedProgram', doing, { executable: program, program: described })
  const code = new Uint8Array(described.number('code_size')) // the first call tells the size, the second copies
  described.set('code', code)
  invoke(plugin, 'Executable_OptimizedProgram', doing, { executable: program, program: described })
  return { format: textAt(described, 'format', 'format_size'), code }
}
