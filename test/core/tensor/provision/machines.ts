import type { Machine } from '../../../../core/tensor/provision/gpu/machine.ts'

interface Recorded {
  files?: Record<string, string>
  /** Outputs by program, or by program and the question's fields. */
  programs?: Record<string, string>
  platform?: NodeJS.Platform
  arch?: string
}

/** A machine made of files and of programs' outputs. */
export function machine({ files = {}, programs = {}, platform = 'linux', arch = 'x64' }: Recorded = {}): Machine {
  return {
    platform,
    arch,
    read: (path) => files[path] ?? null,
    list(path) {
      const names = Object.keys(files).flatMap((file) =>
        file.startsWith(`${path}/`) ? [file.slice(path.length + 1)] : [],
      )
      return [...new Set(names.map((name) => name.split('/')[0]!))]
    },
    async run(program, args) {
      return programs[[program, ...args].join(' ')] ?? programs[program] ?? null
    },
  }
}

const withCapability = '--query-gpu=name,driver_version,memory.total,pci.bus_id,compute_cap'
const format = '--format=csv,noheader,nounits'

export function nvidiaPci(bus: string): Record<string, string> {
  return { [`/sys/bus/pci/devices/${bus}/vendor`]: '0x10de\n', [`/sys/bus/pci/devices/${bus}/class`]: '0x030000\n' }
}

const kernelVersion = (release: string) =>
  `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${release}  Tue Mar  4 12:10:11 UTC 2025\nGCC version:  gcc version 13.3.0\n`

/** A machine whose nvidia-smi answers with these lines. */
function smi(lines: string, files: Record<string, string> = {}): Machine {
  return machine({ programs: { 'nvidia-smi': lines }, files: { ...nvidiaPci('0000:01:00.0'), ...files } })
}

const wslSmi = { '/usr/lib/wsl/lib/nvidia-smi': 'NVIDIA GeForce RTX 3090, 581.29, 24576, 00000000:0B:00.0, 8.6\n' }

const mi300 = '/sys/class/kfd/kfd/topology/nodes'
const mi300Files: Record<string, string> = {
  [`${mi300}/0/properties`]: 'cpu_cores_count 96\nsimd_count 0\nvendor_id 0\ngfx_target_version 0\n',
  [`${mi300}/1/properties`]:
    'cpu_cores_count 0\nsimd_count 1216\nmem_banks_count 1\nlocal_mem_size 0\ngfx_target_version 90402\nvendor_id 4098\ndevice_id 29857\nlocation_id 1280\ndomain 0\n',
  [`${mi300}/1/mem_banks/0/properties`]: 'heap_type 1\nsize_in_bytes 206141652992\nflags 0\n',
  '/sys/module/amdgpu/version': '6.12.12\n',
  '/sys/bus/pci/devices/0000:05:00.0/vendor': '0x1002\n',
  '/sys/bus/pci/devices/0000:05:00.0/class': '0x120000\n',
  '/sys/bus/pci/devices/0000:05:00.0/product_name': 'AMD Instinct MI300X OAM\n',
}

/** Machines in the form in which drivers and kernels show them; made up. */
export const machines = {
  t4: smi('Tesla T4, 535.183.01, 15360, 00000000:00:1E.0, 7.5\n', nvidiaPci('0000:00:1e.0')),
  rtx3090: smi('NVIDIA GeForce RTX 3090, 550.120, 24576, 00000000:01:00.0, 8.6\n'),
  rtx4090: smi('NVIDIA GeForce RTX 4090, 580.65.06, 24564, 00000000:01:00.0, 8.9\n'),
  rtx5090: smi('NVIDIA GeForce RTX 5090, 580.95.05, 32607, 00000000:01:00.0, 12.0\n'),
  h100s: smi(
    'NVIDIA H100 80GB HBM3, 570.133.20, 81559, 00000000:19:00.0, 9.0\nNVIDIA H100 80GB HBM3, 570.133.20, 81559, 00000000:3B:00.0, 9.0\n',
  ),
  /** Cards of two generations in one machine. */
  mixed: smi(
    'NVIDIA GeForce GTX 1080, 580.65.06, 8192, 00000000:01:00.0, 6.1\nNVIDIA GeForce RTX 4090, 580.65.06, 24564, 00000000:02:00.0, 8.9\n',
  ),
  gtx1080: smi('NVIDIA GeForce GTX 1080, 580.65.06, 8192, 00000000:01:00.0, 6.1\n'),
  /** This driver's tool refuses the question for compute_cap. */
  oldDriver: machine({
    programs: {
      [`nvidia-smi ${withCapability.replace(',compute_cap', '')} ${format}`]:
        'Quadro RTX 4000, 470.256.02, 7982, 00000000:01:00.0\n',
    },
    files: nvidiaPci('0000:01:00.0'),
  }),
  oldCard: smi('NVIDIA GeForce GTX 970, 535.183.01, 4096, 00000000:01:00.0, 5.2\n'),
  /** The kernel module is loaded, its tool isn't installed. */
  noSmi: machine({
    files: {
      ...nvidiaPci('0000:01:00.0'),
      '/proc/driver/nvidia/version': kernelVersion('560.35.03'),
      '/proc/driver/nvidia/gpus/0000:01:00.0/information':
        'Model: \t\t NVIDIA RTX A6000\nIRQ:   \t\t 147\nGPU UUID: \t GPU-00000000-0000-0000-0000-000000000000\nBus Type: \t PCIe\nBus Location: \t 0000:01:00.0\n',
    },
  }),
  noDriver: machine({ files: nvidiaPci('0000:01:00.0') }),
  wsl: machine({
    programs: wslSmi,
    files: { '/proc/version': 'Linux version 6.6.87.2-microsoft-standard-WSL2 (root@439a258ad544)\n' },
  }),
  mi300: machine({ files: { ...mi300Files, '/opt/rocm/.info/version': '7.14.0-42\n' } }),
  mi300NoRocm: machine({ files: mi300Files }),
  mi300OldRocm: machine({ files: { ...mi300Files, '/opt/rocm/.info/version': '6.4.1-83\n' } }),
  intel: machine({
    files: {
      '/sys/bus/pci/devices/0000:00:02.0/vendor': '0x8086\n',
      '/sys/bus/pci/devices/0000:00:02.0/class': '0x030000\n',
    },
  }),
  /** A laptop: Intel graphics and an NVIDIA card. */
  laptop: smi('NVIDIA GeForce RTX 4060 Laptop GPU, 580.95.05, 8188, 00000000:01:00.0, 8.9\n', {
    '/sys/bus/pci/devices/0000:00:02.0/vendor': '0x8086\n',
    '/sys/bus/pci/devices/0000:00:02.0/class': '0x030000\n',
  }),
  none: machine({
    files: {
      '/sys/bus/pci/devices/0000:00:01.0/vendor': '0x1af4\n',
      '/sys/bus/pci/devices/0000:00:01.0/class': '0x020000\n',
    },
  }),
  mac: machine({ platform: 'darwin', arch: 'arm64' }),
}
