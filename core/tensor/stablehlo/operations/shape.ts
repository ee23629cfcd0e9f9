import { sizeOf } from '../../ffi/types.ts'
import type { Builder, Value } from '../builder.ts'
import {
  axesOf,
  axisOf,
  input,
  known,
  list,
  number,
  operations,
  unsupported,
  type Lowering,
  type Operations,
} from '../call.ts'
import { broadcast, concatenate, reshape, reverse, sliceAxis, transpose } from '../instructions.ts'
import { indices } from '../types.ts'

const toShape: Lowering = (call) => {
  const x = input(call, 0)
  const wanted = known(call, 1)
  const rest = sizeOf(wanted.filter((length) => length !== -1))
  const shape = wanted.map((length) => (length === -1 ? sizeOf(x.shape) / Math.max(1, rest) : length))
  if (sizeOf(shape) !== sizeOf(x.shape)) throw unsupported(call, `it does not fill shape [${wanted.join(', ')}]`)
  return reshape(call.builder, x, shape)
}

const expandDims: Lowering = (call) => {
  const x = input(call, 0)
  const axis = axisOf(call, known(call, 1)[0]!, x.shape.length + 1)
  return reshape(call.builder, x, x.shape.toSpliced(axis, 0, 1))
}

const squeeze: Lowering = (call) => {
  const x = input(call, 0)
  const named = axesOf(call, list(call, 'squeeze_dims', list(call, 'axis')), x.shape.length)
  const drops = (length: number, axis: number) => (named.length ? named.includes(axis) : length === 1)
  return reshape(
    call.builder,
    x,
    x.shape.filter((length, axis) => !drops(length, axis)),
  )
}

const permute: Lowering = (call) => {
  const x = input(call, 0)
  const permutation = known(call, 1).map((axis) => axisOf(call, axis, x.shape.length))
  return transpose(call.builder, x, permutation)
}

const stack: Lowering = (call) => {
  const first = input(call, 0)
  const axis = axisOf(call, number(call, 'axis', 0), first.shape.length + 1)
  const parts = call.inputs.map((part) => reshape(call.builder, part, part.shape.toSpliced(axis, 0, 1)))
  return concatenate(call.builder, parts, axis)
}

const unstack: Lowering = (call) => {
  const x = input(call, 0)
  const axis = axisOf(call, number(call, 'axis', 0), x.shape.length)
  return indices(x.shape[axis]!).map((index) => {
    const part = sliceAxis(call.builder, x, axis, index, index + 1)
    return reshape(call.builder, part, x.shape.toSpliced(axis, 1))
  })
}

const concat: Lowering = (call) => {
  const parts = call.inputs.slice(0, -1)
  const axis = axisOf(call, known(call, -1)[0]!, parts[0]!.shape.length)
  return concatenate(call.builder, parts, axis)
}

/** Sizes may hold one −1: what is left. */
const splitSizes: Lowering = (call) => {
  const x = input(call, 0)
  const axis = axisOf(call, known(call, 2)[0]!, x.shape.length)
  const wanted = known(call, 1)
  const given = wanted.filter((size) => size >= 0).reduce((sum, size) => sum + size, 0)
  const sizes = wanted.map((size) => (size < 0 ? x.shape[axis]! - given : size))
  return cut(call.builder, x, axis, sizes)
}

const splitEvenly: Lowering = (call) => {
  const x = input(call, 1)
  const axis = axisOf(call, known(call, 0)[0]!, x.shape.length)
  const count = number(call, 'num_split', call.outputs)
  if (x.shape[axis]! % count !== 0) throw unsupported(call, `axis ${axis} can't be split into ${count} equal parts`)
  return cut(call.builder, x, axis, Array<number>(count).fill(x.shape[axis]! / count))
}

function cut(builder: Builder, x: Value, axis: number, sizes: readonly number[]): Value[] {
  let start = 0
  return sizes.map((size) => sliceAxis(builder, x, axis, start, (start += size)))
}

/** Each axis repeated: broadcast into a new axis before it, then merged. */
const tile: Lowering = (call) => {
  const x = input(call, 0)
  const repeats = known(call, 1)
  const wide: number[] = []
  const axes = x.shape.map((length, axis) => {
    // an axis of length 1 is broadcast as it is
    if (length !== 1 && repeats[axis] !== 1) wide.push(repeats[axis]!)
    return wide.push(length === 1 ? repeats[axis]! : length) - 1
  })
  const repeated = broadcast(call.builder, x, wide, axes)
  return reshape(
    call.builder,
    repeated,
    x.shape.map((length, axis) => length * repeats[axis]!),
  )
}

const broadcastTo: Lowering = (call) => broadcast(call.builder, input(call, 0), known(call, 1))

const reverseAxes: Lowering = (call) => {
  const x = input(call, 0)
  return reverse(call.builder, x, axesOf(call, known(call, 1), x.shape.length))
}

export const shapes: Operations = {
  ...operations(
    {
      Reshape: toShape,
      ExpandDims: expandDims,
      Transpose: permute,
      Tile: tile,
      BroadcastTo: broadcastTo,
      ReverseV2: reverseAxes,
    },
    [1],
  ),
  ...operations({ Squeeze: squeeze, Pack: stack, Unpack: unstack }),
  ...operations({ ConcatV2: concat }, [-1]),
  ...operations({ SplitV: splitSizes }, [1, 2]),
  ...operations({ Split: splitEvenly }, [0]),
}
