import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { destroyBuffer, getBuffer, isDeleted, putBuffer } from '../../../../core/tensor/ffi/pjrt/buffers.ts'
import { describeDevices, newClient } from '../../../../core/tensor/ffi/pjrt/client.ts'
import { awaitEvent } from '../../../../core/tensor/ffi/pjrt/events.ts'
import { compile, compileNow, start } from '../../../../core/tensor/ffi/pjrt/executable.ts'
import { functions, structs } from '../../../../core/tensor/ffi/pjrt/layouts.ts'
import { compileOptions } from '../../../../core/tensor/ffi/pjrt/options.ts'
import { loadPlugin } from '../../../../core/tensor/ffi/pjrt/plugin.ts'
import { newStruct } from '../../../../core/tensor/ffi/pjrt/struct.ts'
import { dataType, type HostValues } from '../../../../core/tensor/ffi/types.ts'
import { runtimeFolder } from '../../../../core/tensor/index.ts'
import { testPlugin } from '../support/plugin.ts'

const path = testPlugin()
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('layouts', () => {
  test('follow the rules of C: sizes as the header states them', () => {
    expect(structs.PJRT_NamedValue.size).toBe(56)
    expect(structs.PJRT_NamedValue.fields.value_size).toEqual([48, 'size']) // behind a union that is aligned to 8 after an int
    expect(structs.PJRT_Device_MemoryStats_Args.fields.num_allocs).toEqual([48, 'size']) // behind a bool at 40
    expect(functions.slice(0, 3)).toEqual(['PJRT_Error_Destroy', 'PJRT_Error_Message', 'PJRT_Error_GetCode'])
  })

  test('carry the size of the struct, and an unknown field is an error', () => {
    const struct = newStruct('PJRT_Event_Await_Args', { event: 77n })
    expect([struct.number('struct_size'), struct.get('event')]).toEqual([24, 77n])
    expect(() => struct.set('evnt', 1n)).toThrow(/evnt/)
  })
})

test('compile options are the protobuf that XLA reads', () => {
  // 3: { 1: -1 (ten bytes), 4: 1, 5: 1 }
  const plain = [0x1a, 15, 8, ...Array.from({ length: 9 }, () => 0xff), 1, 0x20, 1, 0x28, 1]
  expect([...compileOptions()]).toEqual(plain)
  // 7: { 1: 'a', 2: { 2: true } }
  expect([...compileOptions({ a: true })]).toEqual([...plain, 0x3a, 7, 0x0a, 1, 97, 0x12, 2, 0x10, 1])
})

describe('a library that is no plugin', () => {
  test('is told apart from one that is missing', () => {
    expect(() => loadPlugin('/nowhere/plugin.so')).toThrow(code('runtime-missing'))
    expect(() => loadPlugin(join(runtimeFolder(), 'libtensorflow_framework.so.2'))).toThrow(code('runtime-unsupported'))
  })

  test('and a damaged file is refused with the loader’s words', () => {
    const folder = mkdtempSync(join(tmpdir(), 'winnow-plugin-'))
    const file = join(folder, 'plugin.so')
    writeFileSync(file, 'not a library')
    expect(() => loadPlugin(file)).toThrow(/can't be loaded: .*plugin\.so/)
    rmSync(folder, { recursive: true })
  })
})

const add = `module @add { func.func public @main(%a: tensor<2xf32> {tf.aliasing_output = 0 : i32}, %b: tensor<2xf32>)
  -> (tensor<2xf32>) { %0 = stablehlo.add %a, %b : tensor<2xf32>\n return %0 : tensor<2xf32> } }`

describe.skipIf(!path)('a plugin', () => {
  const open = () => newClient(loadPlugin(path!), { cpu_device_count: 1 })
  const client = path ? open() : null!
  const { float32, int32, int64, uint8, bool } = dataType

  test('tells its devices', () => {
    expect(client.platform).toBe('cpu')
    const [device] = describeDevices(client)
    expect(device).toMatchObject({ type: 'CPU', memoryBytes: expect.any(Number) })
    expect(device!.memoryBytes).toBeGreaterThan(2 ** 28)
  })

  const cases: [string, number, number[], HostValues][] = [
    ['float32', float32, [2, 2], Float32Array.of(1, -2.5, NaN, 3e38)],
    ['int32', int32, [3], Int32Array.of(1, -2, 2 ** 31 - 1)],
    ['int64', int64, [2], Int32Array.of(7, -8)],
    ['uint8', uint8, [2], Uint8Array.of(0, 255)],
    ['bool', bool, [], Uint8Array.of(1)],
    ['empty', float32, [0, 3], new Float32Array(0)],
  ]
  for (const [name, type, shape, values] of cases) {
    test(`gives ${name} tensors back as they were`, () => {
      const buffer = putBuffer(client, shape, type, values)
      expect(getBuffer(client.plugin, buffer, shape, type)).toEqual(values)
      destroyBuffer(client.plugin, buffer)
    })
  }

  test('is never called with values that do not fill their tensor, or of another type', () => {
    expect(() => putBuffer(client, [3], float32, Float32Array.of(1, 2))).toThrow(code('tensor-shape'))
    expect(() => putBuffer(client, [2], float32, Int32Array.of(1, 2))).toThrow(code('tensor-shape'))
    expect(() => putBuffer(client, [1], dataType.string, Uint8Array.of(1))).toThrow(code('tensor-type'))
  })

  test('consumes an aliased argument, unless it is to be kept', () => {
    const executable = compileNow(client, add, 2, compileOptions(), 'add')
    const b = putBuffer(client, [2], float32, Float32Array.of(10, 20))
    for (const kept of [true, false]) {
      const a = putBuffer(client, [2], float32, Float32Array.of(1, 2))
      const run = start(executable, [a, b], kept ? [0] : [], 'add')
      awaitEvent(client.plugin, run.done, 'add')
      expect(getBuffer(client.plugin, run.outputs[0]!, [2], float32)).toEqual(Float32Array.of(11, 22))
      expect(isDeleted(client.plugin, a)).toBe(!kept)
    }
  })

  test('is never called with too few arguments', () => {
    const executable = compileNow(client, add, 2, compileOptions(), 'add')
    expect(() => start(executable, [0n], [], 'add')).toThrow(/add takes 2 buffers, 1 were given/)
  })

  test('has its errors told with what was being done, and goes on', async () => {
    const wrong = compile(
      client,
      add.replace('stablehlo.add', 'stablehlo.nothing'),
      2,
      compileOptions(),
      'Compiling it',
    )
    await expect(wrong).rejects.toThrow(/Compiling it: .*stablehlo\.nothing/)
    await expect(compile(client, add, 2, compileOptions(), 'Compiling it')).resolves.toMatchObject({ outputs: 1 })
  })
})
