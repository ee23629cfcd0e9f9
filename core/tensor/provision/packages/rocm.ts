import type { PluginSet } from './wheel.ts'

/** The plugin alone: its libraries are those of the machine's ROCm 7 in /opt/rocm, which its RUNPATH names last. */
export const rocm7: PluginSet = {
  id: 'rocm7',
  title: 'the plugin for AMD cards (ROCm 7)',
  folder: 'pjrt-rocm7-0.12.0',
  plugin: 'jax_plugins/xla_rocm7/xla_rocm_plugin.so',
  environment: {},
  unpackedBytes: 0.46e9,
  wheels: [
    {
      name: 'jax-rocm7-pjrt',
      version: '0.12.0',
      tag: 'manylinux_2_27_x86_64',
      sha256: '4551d0714523355f2946ca1958c3f584e95661e467a641d36b726f718a1c7934',
      bytes: 133_415_872,
      members: String.raw`(jax_plugins/xla_rocm7/xla_rocm_plugin\.so)`,
    },
  ],
}
