import { amdGpus, rocmVersion } from './amd.ts'
import type { Gpu } from './gpu.ts'
import { isWsl, thisMachine, type Machine } from './machine.ts'
import { nvidiaGpus } from './nvidia.ts'
import { pciGpus } from './pci.ts'

/** What was found on a machine that bears on which runtime fits it. */
export interface Hardware {
  platform: NodeJS.Platform
  arch: string
  /** Linux inside Windows. */
  wsl: boolean
  gpus: Gpu[]
  /** Version of the ROCm libraries, where there are any. */
  rocm: string | null
}

/** Looks for graphics cards, without any toolkit: drivers' own tools and files first, then the PCI bus for cards without a driver. */
export async function detectHardware(machine: Machine = thisMachine): Promise<Hardware> {
  const { platform, arch } = machine
  if (platform !== 'linux') return { platform, arch, wsl: false, gpus: [], rocm: null }
  const driven = [...(await nvidiaGpus(machine)), ...amdGpus(machine)]
  const bare = pciGpus(machine).filter(({ bus }) => !driven.some((gpu) => gpu.bus === bus))
  return { platform, arch, wsl: isWsl(machine), gpus: [...driven, ...bare], rocm: rocmVersion(machine) }
}
