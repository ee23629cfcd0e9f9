import { Fault } from '../../../contract/index.ts'
import { cacheFolder } from '../folder.ts'
import { install, type InstallOptions } from '../install.ts'
import { gpuStatus, testGpu, type GpuOptions, type GpuStatus } from './status.ts'

/**
 * Fetches the plugin that fits this machine, unless it is there, and tests it on the GPU. Returns what the machine has then:
 * 'ready', or 'failed' with the reason. @throws Fault as `choosePlugin` and `install` do
 */
export async function installGpu(options: GpuOptions & Omit<InstallOptions, 'cache'> = {}): Promise<GpuStatus> {
  const { cache = cacheFolder(), onProgress, fetch } = options
  const before = await gpuStatus(options)
  if (!before.choice) throw new Fault(before.fault!.code, before.fault!.message, before.fault!)
  if ('set' in before.choice) await install(before.choice.set, { cache, onProgress, fetch })
  await testGpu(before, options)
  return gpuStatus(options)
}
