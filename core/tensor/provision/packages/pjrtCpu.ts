import type { WheelSet } from './wheel.ts'

const version = '0.11.2'

/**
 * XLA's CPU plugin, so that tests run what GPUs run on machines without one. Never used for people's work: on a CPU
 * libtensorflow is the runtime. See docs/decisions for why this package and no other.
 */
const pjrtCpu: WheelSet = {
  folder: `pjrt-cpu-for-tests-${version}`,
  title: 'the CPU plugin for tests',
  unpackedBytes: 0.21e9,
  wheels: [
    {
      name: 'lammps-jax-pjrt-cpu',
      version,
      tag: 'manylinux_2_27_x86_64',
      sha256: '1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1',
      bytes: 62_711_338,
      members: String.raw`lammps_jax_pjrt_cpu/(pjrt_c_api_cpu_plugin\.so)`,
    },
  ],
}

/** The CPU plugin of a machine; null where none exists. */
export function pjrtCpuFor(machine: string): WheelSet | null {
  return machine === 'linux-x64' ? pjrtCpu : null
}
