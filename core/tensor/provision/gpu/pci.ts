import type { Gpu } from './gpu.ts'
import type { Machine } from './machine.ts'

const devices = '/sys/bus/pci/devices'
const vendors: Record<string, [Gpu['vendor'], string]> = {
  '0x10de': ['nvidia', 'NVIDIA card'],
  '0x1002': ['amd', 'AMD card'],
  '0x8086': ['intel', 'Intel graphics'],
}

/** Cards on the PCI bus, seen even where their driver is missing; their model is not known. */
export function pciGpus({ read, list }: Machine): Gpu[] {
  return list(devices).flatMap((bus) => {
    const vendor = vendors[read(`${devices}/${bus}/vendor`)?.trim() ?? '']
    // Class 0x03 is a display controller; some data centre cards are 0x12, processing accelerators.
    const isDisplay = /^0x(03|12)/.test(read(`${devices}/${bus}/class`) ?? '')
    if (!vendor || !isDisplay) return []
    return [{ vendor: vendor[0], name: vendor[1], memoryBytes: null, driver: null, target: null, bus }]
  })
}
