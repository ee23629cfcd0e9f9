import { describe, expect, it } from 'vitest'
import { targetOf } from '../../../../core/tensor/provision/gpu/amd.ts'
import { detectHardware } from '../../../../core/tensor/provision/gpu/detect.ts'
import { parseModuleVersion, parseSmi } from '../../../../core/tensor/provision/gpu/nvidia.ts'
import { capabilityOf } from '../../../../core/tensor/provision/gpu/nvidiaModels.ts'
import { machines } from './machines.ts'

const gpusOf = async (name: keyof typeof machines) => (await detectHardware(machines[name])).gpus

describe('detectHardware', () => {
  it('reads model, memory, driver, capability and address from nvidia-smi', async () => {
    expect(await gpusOf('t4')).toContainEqual({
      vendor: 'nvidia',
      name: 'Tesla T4',
      memoryBytes: 15360 * 2 ** 20,
      driver: '535.183.01',
      target: '7.5',
      bus: '0000:00:1e.0',
    })
  })

  it('lists a card once, though the PCI bus shows it too', async () => {
    expect(await gpusOf('rtx4090')).toHaveLength(1)
  })

  it('lists every card', async () => {
    expect((await gpusOf('h100s')).filter(({ name }) => name.includes('H100'))).toHaveLength(2)
  })

  it('asks a driver that does not know compute_cap again without it, and tells the capability by the model', async () => {
    expect(await gpusOf('oldDriver')).toMatchObject([{ name: 'Quadro RTX 4000', driver: '470.256.02', target: '7.5' }])
  })

  it('reads the kernel module’s files where nvidia-smi is missing', async () => {
    expect(await gpusOf('noSmi')).toEqual([
      {
        vendor: 'nvidia',
        name: 'NVIDIA RTX A6000',
        memoryBytes: null,
        driver: '560.35.03',
        target: '8.6',
        bus: '0000:01:00.0',
      },
    ])
  })

  it('sees a card without a driver on the PCI bus', async () => {
    expect(await gpusOf('noDriver')).toMatchObject([{ vendor: 'nvidia', driver: null }])
  })

  it('finds the tool of Windows’ driver under WSL', async () => {
    const hardware = await detectHardware(machines.wsl)
    expect(hardware).toMatchObject({ wsl: true, gpus: [{ name: 'NVIDIA GeForce RTX 3090', target: '8.6' }] })
  })

  it('reads an AMD card from the kernel’s compute topology, and leaves its CPUs out', async () => {
    const hardware = await detectHardware(machines.mi300)
    expect(hardware.rocm).toBe('7.14.0')
    expect(hardware.gpus).toEqual([
      {
        vendor: 'amd',
        name: 'AMD Instinct MI300X OAM',
        memoryBytes: 206141652992,
        driver: '6.12.12',
        target: 'gfx942',
        bus: '0000:05:00.0',
      },
    ])
  })

  it('finds nothing where there is nothing', async () => {
    expect(await gpusOf('none')).toEqual([])
    expect(await gpusOf('mac')).toEqual([])
  })
})

it('reads the driver’s version of the closed and of the open kernel module', () => {
  const line = (kind: string) => `NVRM version: NVIDIA UNIX ${kind}  580.65.06  Release Build  (builder@host)\n`
  expect(parseModuleVersion(line('x86_64 Kernel Module'))).toBe('580.65.06')
  expect(parseModuleVersion(line('Open Kernel Module for x86_64'))).toBe('580.65.06')
  expect(parseModuleVersion('')).toBeNull()
})

it('takes what nvidia-smi can’t tell for unknown', () => {
  expect(parseSmi('NVIDIA GB10, 580.95.05, [N/A], 0000000F:01:00.0, [N/A]\n')).toMatchObject([
    { memoryBytes: null, target: null, bus: '000f:01:00.0' },
  ])
})

it('names AMD’s targets as its compilers do', () => {
  expect([90402, 90010, 110000, 120001].map(targetOf)).toEqual(['gfx942', 'gfx90a', 'gfx1100', 'gfx1201'])
})

it('knows the capability of common cards by name', () => {
  const named = [
    'Tesla V100-SXM2-16GB',
    'NVIDIA GeForce RTX 2080 Ti',
    'NVIDIA A100-SXM4-80GB',
    'NVIDIA L4',
    'NVIDIA B200',
  ]
  expect(named.map(capabilityOf)).toEqual(['7.0', '7.5', '8.0', '8.9', '10.0'])
  expect(capabilityOf('NVIDIA Card Of The Future')).toBeNull()
})
