import { asFault, type GpuProgress, type GpuReport } from '../contract/index.ts'
import { createBell } from '../jobs/stream.ts'
import { installed, type InstallProgress } from '../tensor/provision/install.ts'
import { installGpu } from '../tensor/provision/gpu/install.ts'
import { gpuStatus, testGpu, type GpuStatus } from '../tensor/provision/gpu/status.ts'
import { forgetWorkerRuntime } from '../tensor/provision/gpu/worker.ts'
import { downloadBytes } from '../tensor/provision/packages/wheel.ts'

/** What people are told of a status. */
export function gpuReportOf({ hardware, state, choice, tested, fault }: GpuStatus): GpuReport {
  const set = choice && 'set' in choice ? choice.set : null
  return {
    cards: hardware.gpus.map(({ vendor, name, memoryBytes, driver, target }) => ({
      vendor,
      name,
      memoryBytes,
      driver,
      target,
    })),
    state,
    plugin: set?.title ?? (choice && 'own' in choice ? choice.own : null),
    downloadBytes: set && !installed(set) ? downloadBytes(set) : 0,
    device: tested?.device ?? null,
    fault,
  }
}

/** The report, after a self-test where the last one didn't succeed. */
export async function checkedGpu(): Promise<GpuReport> {
  const status = await gpuStatus()
  if (status.state !== 'untested' && status.state !== 'failed') return gpuReportOf(status)
  await testGpu(status)
  forgetWorkerRuntime()
  return gpuReportOf(await gpuStatus())
}

/** Installs the plugin that fits and tells how far it is. The installation goes on when nobody listens any more. */
export async function* installedGpu(): AsyncGenerator<GpuProgress, void> {
  const bell = createBell()
  let latest: InstallProgress = { stage: 'download', doneBytes: 0, totalBytes: 0 }
  let ended = false
  const onProgress = (progress: InstallProgress) => {
    latest = progress
    bell.ring()
  }
  const work = installGpu({ onProgress }).finally(() => {
    ended = true
    forgetWorkerRuntime()
    bell.ring()
  })
  work.catch(() => undefined) // told below
  while (!ended) {
    const unpacked = latest.stage === 'unpack' && latest.doneBytes === latest.totalBytes
    yield { ...latest, stage: unpacked ? 'test' : latest.stage, report: null, fault: null }
    if (!ended) await bell.wait(AbortSignal.timeout(1000))
  }
  try {
    yield { ...latest, stage: 'done', report: gpuReportOf(await work), fault: null }
  } catch (error) {
    yield { ...latest, stage: 'done', report: null, fault: asFault(error).toJSON() }
  }
}
