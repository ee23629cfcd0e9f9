import type { Gpu } from './gpu.ts'
import { isWsl, type Machine } from './machine.ts'
import { capabilityOf } from './nvidiaModels.ts'

const fields = ['name', 'driver_version', 'memory.total', 'pci.bus_id']
const wslTool = '/usr/lib/wsl/lib/nvidia-smi'

/** NVIDIA cards: by nvidia-smi, which the driver brings along, else by what the kernel module shows. */
export async function nvidiaGpus(machine: Machine): Promise<Gpu[]> {
  return (await bySmi(machine)) ?? byModule(machine)
}

async function bySmi(machine: Machine): Promise<Gpu[] | null> {
  const tools = isWsl(machine) ? [wslTool, 'nvidia-smi'] : ['nvidia-smi']
  for (const tool of tools) {
    // Drivers before 510 don't know the field compute_cap and refuse the whole question.
    for (const asked of [[...fields, 'compute_cap'], fields]) {
      const text = await machine.run(tool, [`--query-gpu=${asked.join(',')}`, '--format=csv,noheader,nounits'])
      if (text !== null) return parseSmi(text)
    }
  }
  return null
}

/** The lines of nvidia-smi's table; a field it can't tell is in square brackets. */
export function parseSmi(text: string): Gpu[] {
  const rows = text.split('\n').map((line) => line.split(',').map((field) => field.trim()))
  return rows
    .filter((row) => row.length >= fields.length)
    .map(([name, driver, memory, bus, capability]) => ({
      vendor: 'nvidia' as const,
      name: name!,
      memoryBytes: Number(memory) > 0 ? Number(memory) * 2 ** 20 : null,
      driver: known(driver),
      target: known(capability) ?? capabilityOf(name!),
      bus:
        known(bus)
          ?.replace(/^0000(?=[\dA-F]{4}:)/i, '')
          .toLowerCase() ?? null,
    }))
}

function known(field: string | undefined): string | null {
  return field && !field.startsWith('[') ? field : null
}

function byModule({ read, list }: Machine): Gpu[] {
  const driver = parseModuleVersion(read('/proc/driver/nvidia/version') ?? '')
  return list('/proc/driver/nvidia/gpus').map((bus) => {
    const text = read(`/proc/driver/nvidia/gpus/${bus}/information`) ?? ''
    const name = /^Model:\s*(.+?)\s*$/m.exec(text)?.[1] ?? 'NVIDIA card'
    return { vendor: 'nvidia', name, memoryBytes: null, driver, target: capabilityOf(name), bus }
  })
}

/** The driver's version in /proc/driver/nvidia/version, of the closed and of the open kernel module. */
export function parseModuleVersion(text: string): string | null {
  return /NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s/.exec(text)?.[1] ?? null
}
