import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../../../core/tensor/provision/folder.ts'
import { pjrtCpuFor } from '../../../../core/tensor/provision/packages/pjrtCpu.ts'

/** The PJRT plugin that tests run on: WINNOW_PJRT_PLUGIN, or the CPU plugin that `npm test` has fetched; null without one. */
export function testPlugin(): string | null {
  const own = process.env['WINNOW_PJRT_PLUGIN']
  if (own) return own
  const wheels = pjrtCpuFor(`${process.platform}-${process.arch}`)
  if (!wheels) return null
  const path = join(cacheFolder(), wheels.folder, 'pjrt_c_api_cpu_plugin.so')
  return existsSync(path) ? path : null
}
