import { expect, test } from 'vitest'
import { dataType } from '../../../../core/tensor/ffi/types.ts'
import type { PjrtDevice, Run } from '../../../../core/tensor/runtime/pjrt/device.ts'
import { runtimeOver } from '../../../../core/tensor/runtime/pjrt/runtime.ts'

const { float32 } = dataType
const code = (expected: string) => expect.objectContaining({ code: expected })

/** A device whose runs end as told, and which notes what was destroyed. */
function deviceThat(start: (consume: () => void) => Run) {
  let made = 0n
  const consumed = new Set<bigint>()
  const destroyed: bigint[] = []
  const device: PjrtDevice = {
    version: 'made up',
    root: '',
    hasValues: true,
    devices: () => [],
    memory: () => null,
    put: () => ++made,
    get: () => Float32Array.of(1),
    destroy: (buffer) => void destroyed.push(buffer),
    consumed: (buffer) => consumed.has(buffer),
    expect: () => undefined,
    compile: async () => ({
      start: (buffers) => start(() => buffers.forEach((buffer) => consumed.add(buffer))),
      compiled: {
        cached: false,
        seconds: 0,
        memory: null,
        source: '',
        optimised: () => ({ format: '', code: new Uint8Array() }),
      },
      destroy() {},
    }),
    compileNow: () => {
      throw new Error('no eager operation is expected')
    },
  }
  return { runtime: runtimeOver(device, 'float32'), destroyed }
}

function fill({ runtime }: ReturnType<typeof deviceThat>) {
  const cell = runtime.newCell([1], float32)
  const value = runtime.upload([1], float32, Float32Array.of(1))
  runtime.writeCell(cell, value)
  runtime.free(value)
  const recorder = runtime.record({})
  recorder.assign(cell, recorder.constant([1], float32, Float32Array.of(2)))
  recorder.assign(cell, recorder.read(cell))
  return { cell, program: recorder.finish({ name: 'set', outputs: [], xla: false }) }
}

test('a run that fails before it began leaves the state as it was', async () => {
  const made = deviceThat(() => {
    throw new Error('refused')
  })
  const { cell, program } = fill(made)
  await expect(program.run([])).rejects.toThrow('refused')
  expect([...made.runtime.download(made.runtime.readCell(cell))]).toEqual([1])
})

test('a run that fails after it took the state says so to whoever reads it', async () => {
  const made = deviceThat((consume) => {
    consume()
    throw new Error('refused')
  })
  const { cell, program } = fill(made)
  await expect(program.run([])).rejects.toThrow('refused')
  expect(() => made.runtime.readCell(cell)).toThrow(code('tensor-lost'))
  expect(made.destroyed).toEqual([1n])
})

test('a run that fails on its way loses the state too, and frees what it made', async () => {
  const made = deviceThat(() => ({ outputs: [50n], done: Promise.reject(new Error('broke')) }))
  const { cell, program } = fill(made)
  await expect(program.run([])).rejects.toThrow('broke')
  expect(() => made.runtime.readCell(cell)).toThrow(code('tensor-lost'))
  expect(made.destroyed.sort()).toEqual([1n, 50n])
})

test('state can be written again after it was lost', async () => {
  const made = deviceThat(() => ({ outputs: [50n], done: Promise.reject(new Error('broke')) }))
  const { cell, program } = fill(made)
  await expect(program.run([])).rejects.toThrow('broke')
  made.runtime.writeCell(cell, made.runtime.upload([1], float32, Float32Array.of(3)))
  expect([...made.runtime.download(made.runtime.readCell(cell))]).toEqual([1])
})
