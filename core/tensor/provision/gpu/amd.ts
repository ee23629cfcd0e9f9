import type { Gpu } from './gpu.ts'
import type { Machine } from './machine.ts'

const nodes = '/sys/class/kfd/kfd/topology/nodes'

/** AMD cards that the kernel's compute driver knows (its topology also lists CPUs, without any SIMD). */
export function amdGpus(machine: Machine): Gpu[] {
  const driver = machine.read('/sys/module/amdgpu/version')?.trim() || null
  return machine.list(nodes).flatMap((node) => {
    const properties = parseProperties(machine.read(`${nodes}/${node}/properties`) ?? '')
    if (!properties['simd_count'] || properties['vendor_id'] !== 0x1002) return []
    const bus = busOf(properties)
    const card = `/sys/bus/pci/devices/${bus}`
    const target = targetOf(properties['gfx_target_version'] ?? 0)
    const name = machine.read(`${card}/product_name`)?.trim() || `AMD ${target ?? 'card'}`
    return [{ vendor: 'amd' as const, name, memoryBytes: memoryOf(machine, node, card), driver, target, bus }]
  })
}

function memoryOf({ read, list }: Machine, node: string, card: string): number | null {
  const total = Number(read(`${card}/mem_info_vram_total`) ?? 0)
  if (total > 0) return total
  const banks = list(`${nodes}/${node}/mem_banks`).map((bank) =>
    parseProperties(read(`${nodes}/${node}/mem_banks/${bank}/properties`) ?? ''),
  )
  return banks.reduce((sum, bank) => sum + (bank['size_in_bytes'] ?? 0), 0) || null
}

/** "name value" lines; values are decimal. */
function parseProperties(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [name, value] = line.trim().split(/\s+/)
      return name && value ? [[name, Number(value)]] : []
    }),
  )
}

/** 90402 → gfx942: major, minor and stepping take two decimal digits each, and the name writes the last two in hexadecimal. */
export function targetOf(version: number): string | null {
  if (version === 0) return null
  const [major, minor, stepping] = [Math.floor(version / 10_000), Math.floor(version / 100) % 100, version % 100]
  return `gfx${major}${minor.toString(16)}${stepping.toString(16)}`
}

/** location_id packs bus, device and function. */
function busOf({ domain = 0, location_id: location = 0 }: Record<string, number>): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return `${hex(domain, 4)}:${hex(location >> 8, 2)}:${hex((location >> 3) & 31, 2)}.${location & 7}`
}

/** Version of the ROCm libraries in /opt/rocm, for instance "7.14.0"; null where there are none. */
export function rocmVersion({ read }: Machine): string | null {
  return /^\d+\.\d+(\.\d+)?/.exec(read('/opt/rocm/.info/version') ?? '')?.[0] ?? null
}
