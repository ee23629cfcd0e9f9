import { compileOptions, namedValues, type Flags, type Options } from './options.ts'
import { programOf } from './executable.ts'
import { invoke, invokeAsync, type Plugin } from './plugin.ts'

/** A device that need not be there: programs can be compiled for it, not run. */
export interface Topology {
  plugin: Plugin
  address: bigint
}

/**
 * Describes a device. A GPU plugin takes options { target_config: text of a stream_executor.GpuTargetConfigProto, topology: '1x1x1' }
 * (slices × hosts × devices).
 */
export function newTopology(plugin: Plugin, name: string, options: Options): Topology {
  const { first, count } = namedValues(options)
  const text = Buffer.from(name)
  const fields = { topology_name: text, topology_name_size: text.length, create_options: first, num_options: count }
  const struct = invoke(plugin, 'TopologyDescription_Create', `Describing ${name}`, fields)
  return { plugin, address: struct.get('topology') }
}

export function destroyTopology({ plugin, address }: Topology) {
  invoke(plugin, 'TopologyDescription_Destroy', 'Forgetting a device', { topology: address })
}

/** A program compiled for a device that need not be there. */
export interface ForeignProgram {
  plugin: Plugin
  program: bigint
}

/** Compiles StableHLO text for the device, on a worker thread. */
export async function compileFor({ plugin, address }: Topology, text: string, flags: Flags): Promise<ForeignProgram> {
  const options = compileOptions(flags)
  const struct = await invokeAsync(plugin, 'Compile', 'Compiling', {
    topology: address,
    ...programOf(text),
    compile_options: options,
    compile_options_size: options.length,
  })
  return { plugin, program: struct.get('executable') }
}

export function destroyForeign({ plugin, program }: ForeignProgram) {
  invoke(plugin, 'Executable_Destroy', 'Freeing a program', { executable: program })
}
