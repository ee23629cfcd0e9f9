import { expect, test } from 'vitest'
import { clientOptions } from '../../../../core/tensor/runtime/pjrt/clientOptions.ts'

const optionsOf = (path: string, fraction?: number) => clientOptions({ path }, fraction)

test('a GPU’s memory is taken as it is needed, up to a part of it', () => {
  expect(optionsOf('/x/xla_cuda_plugin.so')).toEqual({ memory_fraction: { float: 0.9 }, preallocate: false })
  expect(optionsOf('/x/xla_rocm_plugin.so', 0.5)).toEqual({ memory_fraction: { float: 0.5 }, preallocate: false })
})

test('a CPU is one device, and other plugins keep their defaults', () => {
  expect(optionsOf('/gpu/pjrt_c_api_cpu_plugin.so')).toEqual({ cpu_device_count: 1 })
  expect(optionsOf('C:\\cuda\\pjrt_plugin_metal_14.dylib')).toEqual({})
})
