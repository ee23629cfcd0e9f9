import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  capture,
  linear,
  startTensor,
  tf,
  type Captured,
  type CaptureOptions,
  type Runtime,
} from '../../../core/tensor/index.ts'
import { chosenRuntime } from '../../../core/tensor/runtime/start.ts'

let runtime: Runtime
const onPjrt = chosenRuntime() === 'pjrt'
beforeAll(async () => {
  runtime = await startTensor()
})

const made: (Captured | tf.Variable)[] = []
afterEach(() => made.splice(0).forEach((item) => item.dispose()))

const keep = <Item extends Captured | tf.Variable>(item: Item) => (made.push(item), item)
const variable = (values: number[]) => keep<tf.Variable>(tf.tidy(() => tf.variable(tf.tensor1d(values))))
const captured = <Inputs extends tf.Tensor[]>(
  step: (...x: Inputs) => tf.Tensor[],
  options: Partial<CaptureOptions> = {},
) => keep(capture(step, { inputs: [], state: [], name: 'trial', ...options }))
const code = (expected: string) => expect.objectContaining({ code: expected })

/** Runs a step and reads its results. */
async function values(step: Captured, inputs: Parameters<Captured['run']>[0] = []): Promise<number[][]> {
  const results = await step.run(inputs)
  const read = results.map((tensor) => [...tensor.dataSync()])
  tf.dispose(results)
  return read
}

const two: CaptureOptions['inputs'] = [{ shape: [2], dtype: 'float32' }]

describe('inputs', () => {
  const cases: [CaptureOptions['inputs'][number], Float32Array | Int32Array | Uint8Array, number[]][] = [
    [{ shape: [2], dtype: 'float32' }, Float32Array.of(1, 2), [2, 4]],
    [{ shape: [2], dtype: 'int32' }, Int32Array.of(1, -2), [2, -4]],
    [{ shape: [2], dtype: 'uint8' }, Uint8Array.of(1, 255), [2, 510]],
    [{ shape: [2], dtype: 'bool' }, Uint8Array.of(1, 0), [2, 0]],
  ]
  for (const [spec, input, expected] of cases) {
    test(`a typed array for ${spec.dtype}`, async () => {
      const step = captured((x: tf.Tensor) => [tf.mul(tf.cast(x, x.dtype === 'bool' ? 'int32' : x.dtype), 2)], {
        inputs: [spec],
      })
      expect(await values(step, [input])).toEqual([expected])
    })
  }

  test('may be reused and disposed as soon as run has been called', async () => {
    const step = captured((x, y) => [tf.add(x, y)], { inputs: [...two, ...two] })
    const [array, tensor] = [Float32Array.of(1, 2), tf.tensor1d([10, 20])]
    const pending = values(step, [array, tensor])
    array.fill(0)
    tensor.dispose()
    expect(await pending).toEqual([[11, 22]])
  })

  const wrong: [string, Parameters<Captured['run']>[0], RegExp][] = [
    ['too few values', [Float32Array.of(1)], /Input 0 of trial must be float32 \[2\], not Float32Array of 1 values/],
    ['another type', [Int32Array.of(1, 2)], /not Int32Array of 2 values/],
    ['no input', [], /takes 1 inputs, 0 were given/],
  ]
  for (const [name, inputs, message] of wrong) {
    test(`${name}: refused before the call`, async () => {
      const step = captured((x) => [tf.add(x, 1)], { inputs: two })
      await expect(step.run(inputs)).rejects.toThrow(code('tensor-shape'))
      await expect(step.run(inputs)).rejects.toThrow(message)
    })
  }

  test('a tensor of another shape or a disposed one is refused', async () => {
    const step = captured((x) => [tf.add(x, 1)], { inputs: two })
    const tensor = tf.zeros([2, 1])
    await expect(step.run([tensor])).rejects.toThrow(/not float32 \[2, 1\]/)
    tensor.dispose()
    await expect(step.run([tensor])).rejects.toThrow(/disposed tensor/)
  })
})

describe('outputs', () => {
  test('may be an input, one tensor twice, a constant, and a tensor from outside', async () => {
    const outside = tf.tensor1d([7, 8])
    const step = captured(
      (x) => {
        const y = tf.add(x, 1)
        return [x, y, y, tf.scalar(5), outside]
      },
      { inputs: two },
    )
    outside.dispose() // frozen in the step
    expect(await values(step, [Float32Array.of(1, 2)])).toEqual([[1, 2], [2, 3], [2, 3], [5], [7, 8]])
  })
})

for (const xla of [false, true]) {
  describe(`state${xla ? ' under XLA' : ''}`, () => {
    test('is updated in place, run after run', async () => {
      const count = variable([0, 10])
      const step = captured((x) => (count.assign(tf.add(count, x)), [tf.sum(count)]), {
        inputs: two,
        state: [count],
        xla,
      })
      expect(await values(step, [Float32Array.of(1, 2)])).toEqual([[13]])
      expect(await values(step, [Float32Array.of(1, 2)])).toEqual([[16]])
      expect([...count.dataSync()]).toEqual([2, 14])
    })

    test('is read before it is written: two variables can swap', async () => {
      const [a, b] = [variable([1]), variable([2])]
      const swap = () => {
        const before = tf.clone(a)
        a.assign(tf.clone(b))
        b.assign(before)
        return []
      }
      const step = captured(swap, { state: [a, b], xla })
      await step.run([])
      expect([a.dataSync()[0], b.dataSync()[0]]).toEqual([2, 1])
      await step.run([])
      expect([a.dataSync()[0], b.dataSync()[0]]).toEqual([1, 2])
    })

    test('keeps the last of several assignments', async () => {
      const a = variable([1])
      const step = captured(() => (a.assign(tf.add(a, 1)), a.assign(tf.mul(a, 10)), [tf.clone(a)]), { state: [a], xla })
      expect(await values(step)).toEqual([[20]])
      expect([...a.dataSync()]).toEqual([20])
    })

    test('may take one value twice, or an input as it is', async () => {
      const [a, b, c] = [variable([0, 0]), variable([0, 0]), variable([0, 0])]
      const step = captured(
        (x) => {
          const y = tf.add(x, 1)
          a.assign(y)
          b.assign(tf.clone(y))
          c.assign(tf.clone(x))
          return [y]
        },
        { inputs: two, state: [a, b, c], xla },
      )
      await values(step, [Float32Array.of(8, 9)])
      expect(await values(step, [Float32Array.of(1, 2)])).toEqual([[2, 3]])
      expect([a, b, c].map((item) => [...item.dataSync()])).toEqual([
        [2, 3],
        [2, 3],
        [1, 2],
      ])
    })

    test('leaves clones and earlier results as they were', async () => {
      const a = variable([1])
      const before = tf.clone(a)
      const step = captured(() => [tf.clone(a), (a.assign(tf.add(a, 1)), tf.clone(a))], { state: [a], xla })
      const between = tf.clone(a)
      const first = await step.run([])
      const after = tf.reshape(a, [1, 1])
      const second = await step.run([])
      const kept = [before, between, after, a, ...first, ...second]
      expect(kept.map((tensor) => tensor.dataSync()[0])).toEqual([1, 1, 2, 3, 1, 2, 2, 3])
      tf.dispose([before, between, after, ...first, ...second])
    })

    test('is shared by several steps, also by those that only read it', async () => {
      const a = variable([1])
      const write = captured(() => (a.assign(tf.add(a, 1)), []), { state: [a], xla })
      const read = captured(() => [tf.mul(a, 100)], { xla })
      await write.run([])
      expect(await values(read)).toEqual([[200]])
      write.dispose()
      expect(await values(read)).toEqual([[200]])
    })
  })
}

describe('state and eager mode', () => {
  test('a value assigned between runs reaches the next run, also by steps that only read', async () => {
    const a = variable([1])
    const write = captured(() => (a.assign(tf.add(a, 1)), []), { state: [a] })
    const read = captured(() => [tf.clone(a)])
    a.assign(tf.tensor1d([41]))
    await write.run([])
    expect([...a.dataSync()]).toEqual([42])
    a.assign(tf.tensor1d([7]))
    expect(await values(read)).toEqual([[7]])
  })

  test('eager operations read it', async () => {
    const a = variable([1, 2])
    const step = captured(() => (a.assign(tf.add(a, 1)), []), { state: [a] })
    await step.run([])
    expect([...tf.tidy(() => tf.add(a, a).dataSync())]).toEqual([4, 6])
  })

  test('reading it while a run is under way is refused, not torn', async () => {
    const a = variable([1])
    const step = captured(() => (a.assign(tf.add(a, 1)), []), { state: [a] })
    const pending = step.run([])
    await Promise.resolve()
    await Promise.resolve()
    expect(() => a.dataSync()).toThrow(code('tensor-busy'))
    await pending
    expect([...a.dataSync()]).toEqual([2])
  })
})

test('overlapping runs on one state come one after the other', async () => {
  const a = variable([0])
  const step = captured(() => (a.assign(tf.add(a, 1)), [tf.clone(a)]), { state: [a] })
  const results = await Promise.all(Array.from({ length: 10 }, () => values(step)))
  expect(results.flat(2)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('the event loop goes on while a step runs', async () => {
  const weight = keep(tf.tidy(() => tf.variable(tf.randomNormal([700, 700], 0, 0.03, 'float32', 1))))
  const step = captured(() => {
    let x: tf.Tensor = weight
    for (let index = 0; index < 25; index++) x = tf.tanh(linear(x, weight))
    return [tf.sum(x)]
  })
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  await values(step)
  clearInterval(timer)
  expect(ticks).toBeGreaterThan(3)
})

describe('what a step may not do', () => {
  const refused: [string, string, () => tf.Tensor[], RegExp][] = [
    ['read a value', 'tensor-read', () => [tf.scalar(tf.add(1, 2).dataSync()[0]!)], /capture\.test\.ts/],
    ['draw tfjs random numbers', 'tensor-random', () => [tf.randomNormal([3])], /capture\.test\.ts/],
    ['use tf.dropout', 'tensor-random', () => [tf.dropout(tf.ones([3]), 0.5)], /host/],
    [
      'hold large host data',
      'tensor-constant',
      () => [tf.tensor1d(Float32Array.from({ length: 70_000 }, (_, index) => index))],
      /70000 values/,
    ],
    ['make a variable', 'tensor-state', () => [tf.add(keep(tf.variable(tf.add(1, 2), true, 'stray')), 1)], /stray/],
    [
      'mismatch shapes',
      onPjrt ? 'tensor-operation' : 'tensor-invalid',
      () => [linear(tf.ones([2, 3]), tf.add(tf.ones([4, 3]), 0), tf.ones([5]))],
      /BiasAdd\(float32 \[2, 4\], float32 \[5\]\)/,
    ],
  ]
  for (const [name, fault, step, message] of refused) {
    test(`${name}`, () => {
      const before = runtime.liveHandles()
      expect(() => captured(step)).toThrow(code(fault))
      expect(() => captured(step)).toThrow(message)
      expect(typeof Math.random()).toBe('number')
      expect(runtime.liveHandles()).toBe(before)
    })
  }

  test('assign a variable that is not in its state', () => {
    const a = variable([1])
    expect(() => captured(() => (a.assign(tf.add(a, 1)), []))).toThrow(code('tensor-state'))
    expect([...a.dataSync()]).toEqual([1])
  })

  test('return something else than an array of tensors', () => {
    const promise = async () => [tf.scalar(1)]
    expect(() => captured(promise as unknown as () => tf.Tensor[])).toThrow(/array of tensors/)
  })

  test('throw without restoring the state: variables keep their values and can be captured again', async () => {
    const a = variable([1])
    const fail = () => {
      a.assign(tf.add(a, 1))
      throw new Error('on purpose')
    }
    expect(() => captured(fail, { state: [a] })).toThrow('on purpose')
    expect([...a.dataSync()]).toEqual([1])
    await captured(() => (a.assign(tf.add(a, 1)), []), { state: [a] }).run([])
    expect([...a.dataSync()]).toEqual([2])
  })

  test('leak a symbol: using it afterwards is refused', () => {
    let leaked: tf.Tensor | undefined
    captured((x) => [(leaked = tf.keep(tf.add(x, 1)))], { inputs: two })
    expect(() => leaked!.dataSync()).toThrow(code('tensor-captured'))
    expect(() => captured(() => [tf.add(leaked!, 1)])).toThrow(code('tensor-captured'))
    leaked!.dispose()
  })
})

test('a constant that the step keeps can be used afterwards, eager and in another step', async () => {
  let mask: tf.Tensor | undefined
  const step = () => [tf.add((mask ??= tf.keep(tf.tensor1d([1, 2, 3]))), 1)]
  expect(await values(captured(step))).toEqual([[2, 3, 4]])
  expect(await values(captured(step))).toEqual([[2, 3, 4]])
  expect([...tf.tidy(() => tf.add(mask!, 5).dataSync())]).toEqual([6, 7, 8])
  mask!.dispose()
})

test('uniform constants of any size are made on the device', async () => {
  expect(await values(captured(() => [tf.sum(tf.ones([400, 400]))]))).toEqual([[160_000]])
})

test('a step disposed while runs wait lets them finish', async () => {
  const a = variable([0])
  const step = captured(() => (a.assign(tf.add(a, 1)), [tf.clone(a)]), { state: [a] })
  const pending = [values(step), values(step)]
  step.dispose()
  expect((await Promise.all(pending)).flat(2)).toEqual([1, 2])
})

test('a disposed step refuses to run and gives everything back', async () => {
  const before = runtime.liveHandles()
  const a = tf.tidy(() => tf.variable(tf.tensor1d([1])))
  const outside = tf.tensor1d([5])
  const step = capture(() => (a.assign(tf.add(a, outside)), []), { inputs: [], state: [a] })
  await step.run([])
  step.dispose()
  step.dispose()
  await expect(step.run([])).rejects.toThrow(code('tensor-disposed'))
  expect([...a.dataSync()]).toEqual([6])
  tf.dispose([a, outside])
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(runtime.liveHandles()).toBe(before)
})
