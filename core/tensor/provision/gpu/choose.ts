import { existsSync } from 'node:fs'
import { Fault } from '../../../contract/index.ts'
import { cuda12 } from '../packages/cuda12.ts'
import { cuda13 } from '../packages/cuda13.ts'
import { rocm7 } from '../packages/rocm.ts'
import type { PluginSet } from '../packages/wheel.ts'
import type { Hardware } from './detect.ts'
import type { Gpu } from './gpu.ts'

/** The oldest driver that runs a CUDA major version (NVIDIA's table of minor version compatibility). */
const oldestDriver = { cuda12: 525, cuda13: 580 }
/** The oldest compute capability that the set's libraries have code for. */
const oldestCapability = { cuda12: 6.0, cuda13: 7.5 }

/** Which plugin fits a machine: one to install, or the person's own. */
export type Choice = { gpu: Gpu; set: PluginSet } | { gpu: Gpu | null; own: string }

/**
 * The plugin that fits this machine. WINNOW_PJRT_PLUGIN names one of the person's own, for cards that we know nothing of.
 * @throws Fault with the reason in plain words why there is none: `gpu-none` | `gpu-platform` | `gpu-driver-missing` |
 *   `gpu-driver-old` | `gpu-card-old` | `gpu-rocm-missing` | `gpu-unknown` | `plugin-missing`
 */
export function choosePlugin(hardware: Hardware, environment: NodeJS.ProcessEnv = process.env): Choice {
  const own = environment['WINNOW_PJRT_PLUGIN']
  if (own) return { gpu: hardware.gpus[0] ?? null, own: existing(own) }
  // The best card decides; the reason for the first is told when none will do.
  const failures: Fault[] = []
  for (const gpu of hardware.gpus.toSorted(byWorth)) {
    const found = pluginFor(gpu, hardware)
    if (!(found instanceof Fault)) return { gpu, set: found }
    failures.push(found)
  }
  throw failures[0] ?? new Fault('gpu-none', 'There is no graphics card that Winnow knows; the CPU computes.')
}

function existing(path: string): string {
  if (existsSync(path)) return path
  throw new Fault('plugin-missing', 'WINNOW_PJRT_PLUGIN names a file that isn’t there.', { subject: path })
}

const vendorOrder = ['nvidia', 'amd', 'intel']

function byWorth(a: Gpu, b: Gpu): number {
  return (
    vendorOrder.indexOf(a.vendor) - vendorOrder.indexOf(b.vendor) ||
    Number(b.target ?? 0) - Number(a.target ?? 0) ||
    (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0)
  )
}

function pluginFor(gpu: Gpu, hardware: Hardware): PluginSet | Fault {
  if (hardware.arch !== 'x64')
    return refusal(
      'gpu-platform',
      gpu,
      `its plugin is fetched for x64 processors only, not for ${hardware.arch}`,
      ownPlugin,
    )
  if (gpu.vendor === 'nvidia') return cudaFor(gpu)
  if (gpu.vendor === 'amd') return rocmFor(gpu, hardware.rocm)
  return refusal('gpu-unknown', gpu, 'Winnow has no plugin for it', ownPlugin)
}

function cudaFor(gpu: Gpu): PluginSet | Fault {
  if (gpu.driver === null)
    return refusal(
      'gpu-driver-missing',
      gpu,
      'its driver isn’t loaded',
      `Install NVIDIA’s driver ${oldestDriver.cuda13} or newer; no CUDA toolkit is needed.`,
    )
  const driver = Number.parseInt(gpu.driver)
  // An unknown model is new rather than old.
  const capability = gpu.target === null ? Infinity : Number(gpu.target)
  if (driver < oldestDriver.cuda12)
    return refusal(
      'gpu-driver-old',
      gpu,
      `its driver ${gpu.driver} is too old`,
      `Install driver ${oldestDriver.cuda12} or newer, best ${oldestDriver.cuda13}.`,
    )
  if (capability < oldestCapability.cuda12)
    return refusal('gpu-card-old', gpu, `current libraries no longer support it (compute capability ${gpu.target})`, '')
  return driver >= oldestDriver.cuda13 && capability >= oldestCapability.cuda13 ? cuda13 : cuda12
}

function rocmFor(gpu: Gpu, rocm: string | null): PluginSet | Fault {
  if (gpu.target === null && gpu.driver === null && rocm === null)
    return refusal('gpu-driver-missing', gpu, 'its compute driver isn’t loaded', 'Install AMD’s driver and ROCm 7.')
  if (rocm === null || Number.parseInt(rocm) !== 7)
    return refusal(
      'gpu-rocm-missing',
      gpu,
      rocm ? `ROCm ${rocm} is installed, not 7` : 'ROCm isn’t installed in /opt/rocm',
      'Install ROCm 7; its libraries don’t come with the plugin.',
    )
  return rocm7
}

const ownPlugin = 'If its maker offers a PJRT plugin, name it in WINNOW_PJRT_PLUGIN.'

function refusal(code: string, gpu: Gpu, why: string, hint: string): Fault {
  return new Fault(code, `${gpu.name} can’t be used: ${why}. The CPU computes.`, { hint: hint || undefined })
}
