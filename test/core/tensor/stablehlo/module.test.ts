import { describe, expect, test } from 'vitest'
import { dataType, type Attribute, type HostValues } from '../../../../core/tensor/ffi/types.ts'
import { attribute } from '../../../../core/tensor/ops/operation.ts'
import {
  constant,
  lowerOperation,
  lowerUpdate,
  moduleText,
  newBuilder,
  parameter,
  type Builder,
  type Value,
} from '../../../../core/tensor/stablehlo/index.ts'

const { float32, int32, bool, int64 } = dataType

const lower = (builder: Builder, name: string, inputs: Value[], attributes: Attribute[] = []) =>
  lowerOperation(builder, name, attributes, inputs, 1)[0]!

const ints = (builder: Builder, ...values: number[]) =>
  constant(builder, [values.length], int32, Int32Array.from(values))

/** The instructions of a program that returns one value. */
function linesOf(builder: Builder, result: Value): string[] {
  const lines = moduleText(builder, { results: [result] }).split('\n')
  return lines.filter((line) => line.startsWith('%')).map((line) => line.replace(/^%\S+ = (stablehlo\.)?/, ''))
}

describe('a module', () => {
  test('keeps all parameters, drops what no result needs, and says which memory is taken over', () => {
    const builder = newBuilder()
    const [a, b] = [parameter(builder, [2], float32), parameter(builder, [], int32)]
    lower(builder, 'Exp', [a])
    const sum = lower(builder, 'AddV2', [a, a])
    expect(moduleText(builder, { results: [sum, b], aliases: new Map([[0, 0]]), name: 'a step' })).toBe(
      [
        'module @a_step {',
        'func.func public @main(%arg0: tensor<2xf32> {tf.aliasing_output = 0 : i32}, %arg1: tensor<i32>) -> (tensor<2xf32>, tensor<i32>) {',
        '%1 = stablehlo.add %arg0, %arg0 : tensor<2xf32>',
        'return %1, %arg1 : tensor<2xf32>, tensor<i32>',
        '}',
        '}\n',
      ].join('\n'),
    )
  })

  test('holds an instruction once, however often it was asked for', () => {
    const builder = newBuilder()
    const x = parameter(builder, [2], float32)
    const once = lower(builder, 'Exp', [x])
    const twice = lower(builder, 'Exp', [x])
    expect(linesOf(builder, lower(builder, 'Mul', [once, twice]))).toHaveLength(2)
  })

  test('refuses to give the memory of a parameter to a result that does not fit', () => {
    const builder = newBuilder()
    const x = parameter(builder, [2], float32)
    const results = [lower(builder, 'Reshape', [x, ints(builder, 1, 2)])]
    const write = (aliases: Map<number, number>) => () => moduleText(builder, { results, aliases })
    expect(write(new Map([[0, 0]]))).toThrow(/another shape or type/)
    expect(write(new Map([[0, 1]]))).toThrow(/another shape or type/)
  })
})

describe('a constant', () => {
  const text = (shape: number[], type: number, values: HostValues) => {
    const builder = newBuilder()
    return linesOf(builder, constant(builder, shape, type, values))
  }

  test('of one repeated value is written once', () => {
    expect(text([2, 500], float32, new Float32Array(1000).fill(0.5))).toEqual([
      'constant dense<0x3F000000> : tensor<2x500xf32>',
    ])
    expect(text([3], int64, Int32Array.of(-2, -2, -2))).toEqual(['constant dense<-2> : tensor<3xi64>'])
    expect(text([], bool, Uint8Array.of(1))).toEqual(['constant dense<true> : tensor<i1>'])
    expect(text([2], float32, Float32Array.of(NaN, NaN))[0]).toMatch(/0x7FC00000/)
  })

  test('keeps the sign of zeros that are not all alike', () => {
    expect(text([2], float32, Float32Array.of(0, -0))[0]).toMatch(/"0x0000000000000080"/)
  })

  test('of many values is their bytes', () => {
    expect(text([2], int32, Int32Array.of(1, -1))[0]).toMatch(/"0x01000000FFFFFFFF"/)
    expect(text([2], int64, Int32Array.of(1, -1))[0]).toMatch(/"0x0100000000000000FFFFFFFFFFFFFFFF"/)
    expect(text([0, 2], float32, new Float32Array(0))).toEqual(['constant dense<> : tensor<0x2xf32>'])
  })

  test('that does not fill its shape is refused', () => {
    expect(() => text([3], float32, Float32Array.of(1))).toThrow(/1 values don't fill/)
  })
})

describe('products', () => {
  const heads = (builder: Builder, x: Value) => lower(builder, 'Transpose', [x, ints(builder, 0, 2, 1, 3)])
  const adjoint = [attribute.bool('adj_x', false), attribute.bool('adj_y', true)]

  test('read transposed operands where they came from', () => {
    const builder = newBuilder()
    const [q, k] = [parameter(builder, [2, 5, 3, 4], float32), parameter(builder, [2, 6, 3, 4], float32)]
    const scores = lower(builder, 'BatchMatMulV2', [heads(builder, q), heads(builder, k)], adjoint)
    expect(scores.shape).toEqual([2, 3, 5, 6])
    expect(linesOf(builder, scores)).toEqual([
      'dot_general %arg0, %arg1, batching_dims = [0, 2] x [0, 2], contracting_dims = [3] x [3] : (tensor<2x5x3x4xf32>, tensor<2x6x3x4xf32>) -> tensor<2x3x5x6xf32>',
    ])
  })

  test('take bfloat16 operands and give float32 where that was asked for', () => {
    const builder = newBuilder({ bf16: true })
    const x = parameter(builder, [2, 2], float32)
    const square = lower(builder, 'MatMul', [x, x])
    expect(linesOf(builder, lower(builder, 'Exp', [square]))).toEqual([
      'convert %arg0 : (tensor<2x2xf32>) -> tensor<2x2xbf16>',
      expect.stringMatching(/^dot_general.*\(tensor<2x2xbf16>, tensor<2x2xbf16>\) -> tensor<2x2xf32>$/),
      expect.stringMatching(/^exponential.*tensor<2x2xf32>$/),
    ])
  })

  test('share one matrix without repeating it', () => {
    const builder = newBuilder()
    const [x, w] = [parameter(builder, [7, 2, 3], float32), parameter(builder, [3, 4], float32)]
    expect(linesOf(builder, lower(builder, 'BatchMatMulV2', [x, w]))).toHaveLength(1)
  })
})

describe('what is not supported', () => {
  const attempt = (name: string, shapes: number[][], attributes: Attribute[] = []) => {
    const builder = newBuilder()
    const inputs = shapes.map((shape) => parameter(builder, shape, float32))
    return () => lowerOperation(builder, name, attributes, inputs, 1)
  }

  test('is told with the operation and its operands', () => {
    expect(attempt('NonMaxSuppressionV3', [[4, 4], [4]])).toThrow(
      expect.objectContaining({
        code: 'tensor-operation',
        subject: 'NonMaxSuppressionV3',
        message:
          "NonMaxSuppressionV3(float32 [4, 4], float32 [4]) can't be compiled: no lowering is known for this operation.",
      }),
    )
    expect(attempt('toString', [])).toThrow(/no lowering is known/)
  })

  test('includes shapes that do not fit and axes that are not known', () => {
    expect(attempt('AddV2', [[2], [3]])).toThrow(/AddV2\(.*shapes \[2\] and \[3\] don't fit together/)
    expect(
      attempt('MatMul', [
        [2, 3],
        [2, 3],
      ]),
    ).toThrow(/MatMul\(.*inner lengths/)
    expect(attempt('Sum', [[2, 3], [1]])).toThrow(/input 1 must be known when the step is captured/)
    expect(attempt('MatMul', [[2, 3]])).toThrow(/input 1 is missing/)
  })

  test('includes operands of different types and axes out of range', () => {
    const builder = newBuilder()
    const [x, i] = [parameter(builder, [2], float32), parameter(builder, [2], int32)]
    expect(() => lower(builder, 'Mul', [x, i])).toThrow(/float32 \[2\] and int32 \[2\]: the types differ/)
    expect(() => lower(builder, 'Sum', [x, ints(builder, 1)])).toThrow(/axis 1 is out of range for rank 1/)
    expect(() => lower(builder, 'Reshape', [x, ints(builder, 3)])).toThrow(/does not fill shape \[3\]/)
  })
})

describe('updates of state', () => {
  test('give the new values', () => {
    const builder = newBuilder()
    const [state, x] = [parameter(builder, [2], float32), parameter(builder, [2], float32)]
    expect(lowerUpdate(builder, 'AssignVariableOp', [], [state], [x])).toEqual([x])
    const [less] = lowerUpdate(builder, 'AssignSubVariableOp', [], [state], [x])
    expect(linesOf(builder, less!)).toEqual(['subtract %arg0, %arg1 : tensor<2xf32>'])
  })

  test('of an unknown kind are refused', () => {
    const builder = newBuilder()
    const x = parameter(builder, [2], float32)
    expect(() => lowerUpdate(builder, 'ResourceApplyFtrl', [], [x], [x])).toThrow(/ResourceApplyFtrl.*no lowering/)
  })
})
