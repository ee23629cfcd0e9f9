import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../../../core/contract/index.ts'
import { choosePlugin } from '../../../../core/tensor/provision/gpu/choose.ts'
import { detectHardware } from '../../../../core/tensor/provision/gpu/detect.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { machines } from './machines.ts'

/** The plugin's id, or the code of the reason why there is none. */
async function choose(name: keyof typeof machines): Promise<string> {
  try {
    const choice = choosePlugin(await detectHardware(machines[name]), {})
    return 'set' in choice ? choice.set.id : 'own'
  } catch (error) {
    return (error as Fault).code
  }
}

describe('choosePlugin', () => {
  it.each([
    ['t4', 'cuda12'],
    ['rtx3090', 'cuda12'],
    ['rtx4090', 'cuda13'],
    ['rtx5090', 'cuda13'],
    ['h100s', 'cuda12'],
    ['wsl', 'cuda13'],
    ['noSmi', 'cuda12'],
    ['laptop', 'cuda13'],
    ['mi300', 'rocm7'],
  ] as const)('%s: %s', async (name, expected) => {
    expect(await choose(name)).toBe(expected)
  })

  it('serves a card that CUDA 13 dropped with CUDA 12, whatever the driver', async () => {
    expect(await choose('gtx1080')).toBe('cuda12')
  })

  it('goes by the best card', async () => {
    const choice = choosePlugin(await detectHardware(machines.mixed), {})
    expect(choice.gpu?.name).toBe('NVIDIA GeForce RTX 4090')
  })

  it.each([
    ['none', 'gpu-none'],
    ['mac', 'gpu-none'],
    ['noDriver', 'gpu-driver-missing'],
    ['oldDriver', 'gpu-driver-old'],
    ['oldCard', 'gpu-card-old'],
    ['mi300NoRocm', 'gpu-rocm-missing'],
    ['mi300OldRocm', 'gpu-rocm-missing'],
    ['intel', 'gpu-unknown'],
  ] as const)('%s: none, because %s', async (name, code) => {
    expect(await choose(name)).toBe(code)
  })

  it('says in plain words why there is none, and what to do', async () => {
    const hardware = await detectHardware(machines.oldDriver)
    const reason = caught(() => choosePlugin(hardware, {}))
    expect(reason.message).toBe('Quadro RTX 4000 can’t be used: its driver 470.256.02 is too old. The CPU computes.')
    expect(reason.hint).toMatch(/525 or newer/)
  })

  it('takes the person’s own plugin before all others, and says when it is missing', async () => {
    const hardware = await detectHardware(machines.intel)
    const own = join(temporaryFolder(), 'plugin.so')
    writeFileSync(own, '')
    expect(choosePlugin(hardware, { WINNOW_PJRT_PLUGIN: own })).toMatchObject({ own })
    expect(caught(() => choosePlugin(hardware, { WINNOW_PJRT_PLUGIN: `${own}.gone` })).code).toBe('plugin-missing')
  })
})

function caught(work: () => unknown): Fault {
  try {
    work()
  } catch (error) {
    return error as Fault
  }
  throw new Error('nothing was thrown')
}
