import { totalmem } from 'node:os'
import type { Device, DeviceMemory } from '../../runtime/runtime.ts'
import { viewMemory } from '../memory.ts'
import { namedValues, type Options } from './options.ts'
import { invoke, supports, textAt, type Plugin } from './plugin.ts'

/** A plugin at work on the devices it found. */
export interface Client {
  plugin: Plugin
  address: bigint
  /** 'cpu', 'cuda', 'rocm', … */
  platform: string
  platformVersion: string
  /** Addresses of the devices; programs run on the first. */
  devices: bigint[]
}

/** Starts a client. Options by plugin: memory_fraction, preallocate, allocator, visible_devices (GPU), cpu_device_count (CPU). */
export function newClient(plugin: Plugin, options: Options): Client {
  const { first, count } = namedValues(options)
  const doing = 'Starting the device'
  const created = invoke(plugin, 'Client_Create', doing, { create_options: first, num_options: count })
  const client = created.get('client')
  const name = invoke(plugin, 'Client_PlatformName', doing, { client })
  const version = invoke(plugin, 'Client_PlatformVersion', doing, { client })
  const found = invoke(plugin, 'Client_AddressableDevices', doing, { client })
  const list = viewMemory(found.get('addressable_devices'), 8 * found.number('num_addressable_devices'))
  return {
    plugin,
    address: client,
    platform: textAt(name, 'platform_name', 'platform_name_size'),
    platformVersion: textAt(version, 'platform_version', 'platform_version_size'),
    devices: [...new BigUint64Array(list.slice().buffer)],
  }
}

/** What the plugin tells of each device. */
export function describeDevices(client: Client): Device[] {
  return client.devices.map((device) => ({
    name: kindOf(client, device),
    type: client.platform === 'cpu' ? 'CPU' : 'GPU',
    memoryBytes: memoryOf(client, device)?.limit ?? (client.platform === 'cpu' ? totalmem() : 0),
  }))
}

/** The model of a device: "NVIDIA H100 80GB HBM3". */
export function kindOf({ plugin }: Client, device: bigint): string {
  const doing = 'Describing the device'
  const description = invoke(plugin, 'Device_GetDescription', doing, { device }).get('device_description')
  const kind = invoke(plugin, 'DeviceDescription_Kind', doing, { device_description: description })
  return textAt(kind, 'device_kind', 'device_kind_size')
}

/** Memory of a device; null where the plugin doesn't count it (on a CPU). */
export function memoryOf({ plugin, platform }: Client, device: bigint): DeviceMemory | null {
  if (platform === 'cpu' || !supports(plugin, 'Device_MemoryStats')) return null
  const stats = invoke(plugin, 'Device_MemoryStats', 'Reading the memory in use', { device })
  const optional = (field: string) => (stats.number(`${field}_is_set`) ? stats.number(field) : 0)
  return { limit: optional('bytes_limit'), used: stats.number('bytes_in_use'), peak: optional('peak_bytes_in_use') }
}
