import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attributeKind as kind, dataType } from '../../../../core/tensor/ffi/types.ts'
import { startPjrt } from '../../../../core/tensor/runtime/pjrt/start.ts'
import type { Cell, Precision, Program, Runtime } from '../../../../core/tensor/runtime/runtime.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { testPlugin } from '../support/plugin.ts'

const plugin = testPlugin()!
const { float32, int32 } = dataType
const code = (expected: string) => expect.objectContaining({ code: expected })
const open = (cache: string | false = false): Runtime => startPjrt({ plugin, cache })
const type = (name: string) => ({ name, type: kind.type, value: float32 })

/** count += x; returns the old count. */
function counter(runtime: Runtime, count: Cell): Program {
  const recorder = runtime.record({})
  const x = recorder.input([2], float32)
  const before = recorder.read(count)
  recorder.change([count], { name: 'AssignAddVariableOp', attributes: [type('dtype')], inputs: [x] })
  return recorder.finish({ name: 'counter', outputs: [before], xla: false })
}

function cellOf(runtime: Runtime, values: number[]): Cell {
  const cell = runtime.newCell([values.length], float32)
  const value = runtime.upload([values.length], float32, Float32Array.from(values))
  runtime.writeCell(cell, value)
  runtime.free(value)
  return cell
}

describe.skipIf(!plugin)('a program on a plugin', () => {
  test('changes state in place and leaves values that were read before alone', async () => {
    const runtime = open()
    const count = cellOf(runtime, [1, 2])
    const program = counter(runtime, count)
    const x = runtime.upload([2], float32, Float32Array.of(10, 20))
    const before = runtime.readCell(count) // shares the buffer that the run would consume
    const [first] = await program.run([x])
    const [second] = await program.run([x])
    const values = [before, first!, second!, runtime.readCell(count)].map((value) => [...runtime.download(value)])
    expect(values).toEqual([
      [1, 2],
      [1, 2],
      [11, 22],
      [21, 42],
    ])
  })

  test('refuses inputs of another number, shape or type before the plugin sees them', async () => {
    const runtime = open()
    const program = counter(runtime, cellOf(runtime, [1, 2]))
    const wrong = [
      [],
      [runtime.upload([3], float32, Float32Array.of(1, 2, 3))],
      [runtime.upload([2], int32, Int32Array.of(1, 2))],
    ]
    for (const inputs of wrong) await expect(program.run(inputs)).rejects.toThrow(code('tensor-shape'))
    await expect(program.run(wrong[2]!)).rejects.toThrow(/counter must be float32 \[2\], not int32 \[2\]/)
  })

  test('refuses a state of another shape when it is recorded', () => {
    const runtime = open()
    const recorder = runtime.record({})
    expect(() => recorder.assign(cellOf(runtime, [1, 2]), recorder.input([3], float32))).toThrow(code('tensor-shape'))
  })

  test('leaves nothing behind', async () => {
    const runtime = open()
    const count = cellOf(runtime, [1, 2])
    const program = counter(runtime, count)
    const x = runtime.upload([2], float32, Float32Array.of(10, 20))
    const results = await program.run([x])
    ;[x, ...results].forEach(runtime.free)
    program.dispose()
    runtime.freeCell(count)
    expect(runtime.liveHandles()).toBe(0)
  })
})

test.skipIf(!plugin)('an id out of range is clamped in a run, as XLA does everywhere', async () => {
  const runtime = open()
  const recorder = runtime.record({})
  const table = recorder.constant([3], float32, Float32Array.of(1, 2, 3))
  const axis = recorder.constant([], int32, Int32Array.of(0))
  const inputs = [table, recorder.input([1], int32), axis]
  const outputs = recorder.operation({ name: 'GatherV2', attributes: [], inputs, outputs: 1 })
  const program = recorder.finish({ name: 'gather', outputs, xla: false })
  const [result] = await program.run([runtime.upload([1], int32, Int32Array.of(9))])
  expect([...runtime.download(result!)]).toEqual([3])
})

describe.skipIf(!plugin)('precision', () => {
  async function product(precision: Precision): Promise<number> {
    const runtime = open()
    const recorder = runtime.record({ precision })
    const [a, b] = [recorder.input([1, 1], float32), recorder.input([1, 1], float32)]
    const attributes = [
      type('T'),
      { name: 'transpose_a', type: kind.bool, value: false },
      { name: 'transpose_b', type: kind.bool, value: false },
    ]
    const [y] = recorder.operation({ name: 'MatMul', attributes, inputs: [a, b], outputs: 1 })
    const [sum] = recorder.operation({ name: 'AddV2', attributes: [type('T')], inputs: [y!, a], outputs: 1 })
    const program = recorder.finish({ name: 'product', outputs: [sum!], xla: false })
    const inputs = [1 + 2 ** -10, 1].map((value) => runtime.upload([1, 1], float32, Float32Array.of(value)))
    const [result] = await program.run(inputs)
    return runtime.download(result!)[0]!
  }

  test('bfloat16 rounds the inputs of products and nothing else', async () => {
    expect(await product('float32')).toBe(2 + 2 ** -9)
    expect(await product('bfloat16')).toBe(2 + 2 ** -10)
  })
})

describe.skipIf(!plugin)('programs on disk', () => {
  const run = async (folder: string) => {
    const runtime = open(folder)
    const program = counter(runtime, cellOf(runtime, [1, 2]))
    const x = runtime.upload([2], float32, Float32Array.of(10, 20))
    await program.run([x])
    const [second] = await program.run([x])
    const { compiled, cached } = runtime.statistics()
    return { compiled, cached, told: (await program.compiled())!.cached, count: [...runtime.download(second!)] }
  }
  const fromCompiler = { compiled: 1, cached: 0, told: false, count: [11, 22] }
  const fromDisk = { compiled: 0, cached: 1, told: true, count: [11, 22] }

  test('are not compiled again by the next launch', async () => {
    const folder = temporaryFolder()
    expect(await run(folder)).toEqual(fromCompiler)
    expect(await run(folder)).toEqual(fromDisk)
  })

  test('are loaded by their name while they are recorded, and still only used by their whole text', async () => {
    const folder = temporaryFolder()
    const named = async (constant: number) => {
      const runtime = open(folder)
      const recorder = runtime.record({ name: 'sum' })
      const a = recorder.input([1], float32)
      const b = recorder.constant([1], float32, Float32Array.of(constant))
      const [sum] = recorder.operation({ name: 'AddV2', attributes: [type('T')], inputs: [a, b], outputs: 1 })
      const program = recorder.finish({ name: 'sum', outputs: [sum!], xla: false })
      const [result] = await program.run([runtime.upload([1], float32, Float32Array.of(1))])
      return [(await program.compiled())!.cached, runtime.download(result!)[0]]
    }
    expect(await named(2)).toEqual([false, 3])
    expect(await named(2)).toEqual([true, 3])
    expect(await named(5)).toEqual([false, 6])
    expect(await named(2)).toEqual([true, 3])
  })

  test('are compiled again when the file is damaged, or holds what the plugin does not take', async () => {
    const folder = temporaryFolder()
    await run(folder)
    const file = join(folder, readdirSync(folder)[0]!)
    const content = readFileSync(file)
    writeFileSync(file, content.subarray(0, 100))
    expect(await run(folder)).toEqual(fromCompiler)
    expect(await run(folder)).toEqual(fromDisk)
  })
})
