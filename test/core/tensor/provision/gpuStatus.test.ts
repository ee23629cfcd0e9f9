import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '../../../../core/contract/index.ts'
import { installGpu } from '../../../../core/tensor/provision/gpu/install.ts'
import { pluginEnvironment } from '../../../../core/tensor/provision/gpu/plugin.ts'
import { gpuStatus, testGpu, type GpuOptions } from '../../../../core/tensor/provision/gpu/status.ts'
import { forgetWorkerRuntime, knownWorkerRuntime, workerRuntime } from '../../../../core/tensor/provision/gpu/worker.ts'
import { cuda12 } from '../../../../core/tensor/provision/packages/cuda12.ts'
import type { SelfTest } from '../../../../core/tensor/provision/selfTest.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { machines } from './machines.ts'

const passed: SelfTest = {
  runtime: 'pjrt',
  version: 'PJRT',
  devices: [{ name: 'NVIDIA GeForce RTX 4090', type: 'GPU', memoryBytes: 20e9 }],
  gradient: true,
  captured: true,
  xla: true,
  bf16: true,
  seconds: 9,
}

let options: GpuOptions & { environment: NodeJS.ProcessEnv }
let tests: Record<string, string>[]
let plugin: string

/** The person's own plugin stands for an installed one, so that nothing needs to be unpacked. */
beforeEach(() => {
  tests = []
  plugin = join(temporaryFolder(), 'plugin.so')
  writeFileSync(plugin, 'one')
  const selfTest = async (environment: Record<string, string> = {}) => {
    tests.push(environment)
    return passed
  }
  options = {
    machine: machines.rtx4090,
    cache: temporaryFolder(),
    environment: { WINNOW_PJRT_PLUGIN: plugin },
    selfTest,
  }
})

const failing = (message: string) => () => Promise.reject(new Fault('pjrt', message))

describe('gpuStatus', () => {
  it('offers the plugin that fits, and changes nothing', async () => {
    const status = await gpuStatus({ ...options, environment: {} })
    expect(status).toMatchObject({ state: 'installable', choice: { set: { id: 'cuda13' } }, fault: null })
    expect(tests).toEqual([])
  })

  it('is none with the reason where no plugin fits', async () => {
    const status = await gpuStatus({ ...options, machine: machines.oldDriver, environment: {} })
    expect(status).toMatchObject({ state: 'none', fault: { code: 'gpu-driver-old' } })
  })

  it('is untested, then ready, once the self-test passed', async () => {
    const before = await gpuStatus(options)
    expect(before.state).toBe('untested')
    await testGpu(before, options)
    expect(await gpuStatus(options)).toMatchObject({ state: 'ready', tested: { device: 'NVIDIA GeForce RTX 4090' } })
  })

  it('forgets the outcome when the driver, the card or the plugin changed', async () => {
    await testGpu(await gpuStatus(options), options)
    for (const machine of [machines.rtx5090, machines.rtx3090])
      expect((await gpuStatus({ ...options, machine })).state).toBe('untested')
    writeFileSync(plugin, 'another build')
    expect((await gpuStatus(options)).state).toBe('untested')
  })

  it('survives a damaged record', async () => {
    await testGpu(await gpuStatus(options), options)
    writeFileSync(join(options.cache!, 'gpu.json'), '{')
    expect((await gpuStatus(options)).state).toBe('untested')
  })
})

describe('workerRuntime', () => {
  it('gives workers the GPU that passed, with its libraries’ environment, and tests it once', async () => {
    const first = await workerRuntime(options)
    const second = await workerRuntime(options)
    expect(first).toEqual(second)
    expect(first).toMatchObject({ gpu: 'NVIDIA GeForce RTX 4090', memoryBytes: 24564 * 2 ** 20, fault: null })
    expect(first.environment).toMatchObject({ WINNOW_RUNTIME: 'pjrt', WINNOW_PJRT_PLUGIN: plugin })
    expect(tests).toHaveLength(1)
  })

  it('gives them the CPU with the reason when the self-test failed, and does not test at every start', async () => {
    const broken = { ...options, selfTest: failing('No visible GPU devices.') }
    const found = await workerRuntime(broken)
    expect(found).toMatchObject({ gpu: null, environment: { WINNOW_RUNTIME: 'libtensorflow' } })
    expect(found.fault).toMatchObject({ code: 'gpu-failed', message: 'The GPU’s self-test failed; the CPU computes.' })
    expect(found.fault?.hint).toMatch(/driver shows no card/)
    await workerRuntime(options)
    expect(tests).toEqual([])
  })

  it('says that a plugin could be installed', async () => {
    const found = await workerRuntime({ ...options, environment: {} })
    expect(found.fault).toMatchObject({ code: 'gpu-not-installed', hint: expect.stringContaining('--install-gpu') })
  })

  it('leaves the choice to the person who made one', async () => {
    const environment = { ...options.environment, WINNOW_RUNTIME: 'libtensorflow' }
    expect(await workerRuntime({ ...options, environment })).toMatchObject({ environment: {}, gpu: null })
    expect(tests).toEqual([])
  })

  it('finds Windows’ driver library under WSL', async () => {
    const found = await workerRuntime({ ...options, machine: machines.wsl })
    expect(found.environment['LD_LIBRARY_PATH']).toMatch(/^\/usr\/lib\/wsl\/lib/)
  })
})

describe('knownWorkerRuntime', () => {
  it('looks anew after half a minute, when told to, and after a failure', async () => {
    let looks = 0
    const find = async () => {
      looks++
      return workerRuntime(options)
    }
    forgetWorkerRuntime()
    for (const now of [0, 20_000, 31_000]) await knownWorkerRuntime(find, now)
    expect(looks).toBe(2)
    forgetWorkerRuntime()
    await expect(knownWorkerRuntime(() => Promise.reject(new Error('no')), 40_000)).rejects.toThrow('no')
    await knownWorkerRuntime(find, 40_001)
    expect(looks).toBe(3)
    forgetWorkerRuntime()
  })
})

describe('the environment of a worker', () => {
  it('names the set’s own folder for ptxas, libdevice and libraries, before what was set already', async () => {
    const { hardware } = await gpuStatus({ ...options, machine: machines.rtx3090 })
    const found = pluginEnvironment({ gpu: hardware.gpus[0]!, set: cuda12 }, '/cache', hardware, {})
    expect(found).toMatchObject({
      WINNOW_PJRT_PLUGIN: '/cache/pjrt-cuda12-0.12.0.1/jax_plugins/xla_cuda12/xla_cuda_plugin.so',
      XLA_FLAGS: expect.stringMatching(/^--xla_gpu_cuda_data_dir=\/cache\/pjrt-cuda12-0\.12\.0\.1\/nvidia\/cuda_nvcc/),
      LD_LIBRARY_PATH: expect.stringMatching(/^\/cache\/pjrt-cuda12-0\.12\.0\.1\/nvidia\/cuda_nvrtc\/lib/),
    })
    expect(found['CUDA_VISIBLE_DEVICES']).toBeUndefined()
  })

  it('asks for bfloat16 on cards that have it, unless the person asked for another precision', async () => {
    const precision = async (name: keyof typeof machines, set = {}) => {
      const { hardware } = await gpuStatus({ ...options, machine: machines[name] })
      return pluginEnvironment({ gpu: hardware.gpus[0]!, set: cuda12 }, '/cache', hardware, set)['WINNOW_PRECISION']
    }
    expect(await precision('rtx3090')).toBe('bfloat16')
    expect(await precision('mi300')).toBe('bfloat16')
    expect(await precision('t4')).toBeUndefined()
    expect(await precision('rtx3090', { WINNOW_PRECISION: 'float32' })).toBe('float32')
  })

  it('keeps what the person set, and lets it count', async () => {
    const { hardware } = await gpuStatus({ ...options, machine: machines.mixed })
    const set = { XLA_FLAGS: '--xla_dump_to=/tmp', LD_LIBRARY_PATH: '/own', CUDA_VISIBLE_DEVICES: '0' }
    const found = pluginEnvironment({ gpu: hardware.gpus[1]!, set: cuda12 }, '/cache', hardware, set)
    expect(found['XLA_FLAGS']).toMatch(/cuda_nvcc --xla_dump_to=\/tmp$/)
    expect(found['LD_LIBRARY_PATH']).toMatch(/cuda_nvrtc\/lib:\/own$/)
    expect(found['CUDA_VISIBLE_DEVICES']).toBeUndefined()
  })

  it('shows only the chosen one of several cards, counted as nvidia-smi counts', async () => {
    const { hardware } = await gpuStatus({ ...options, machine: machines.mixed })
    const found = pluginEnvironment({ gpu: hardware.gpus[1]!, set: cuda12 }, '/cache', hardware, {})
    expect(found).toMatchObject({ CUDA_VISIBLE_DEVICES: '1', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })
  })
})

describe('installGpu', () => {
  it('tests again what failed before', async () => {
    await workerRuntime({ ...options, selfTest: failing('RESOURCE_EXHAUSTED') })
    expect((await gpuStatus(options)).state).toBe('failed')
    expect((await installGpu(options)).state).toBe('ready')
  })

  it('refuses with the reason where no plugin fits', async () => {
    await expect(installGpu({ ...options, machine: machines.none, environment: {} })).rejects.toMatchObject({
      code: 'gpu-none',
    })
  })

  it('leaves the machine as it was when a download fails', async () => {
    const fetch = () => Promise.reject(new Fault('download-failed', 'no network'))
    await expect(installGpu({ ...options, environment: {}, fetch })).rejects.toMatchObject({ code: 'download-failed' })
    expect((await gpuStatus({ ...options, environment: {} })).state).toBe('installable')
  })
})
