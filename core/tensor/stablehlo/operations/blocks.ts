import type { Builder, Value } from '../builder.ts'
import {
  input,
  known,
  number,
  operations,
  text,
  unsupported,
  type Call,
  type Lowering,
  type Operations,
} from '../call.ts'
import { numberFor } from '../constant.ts'
import { pad, reshape, slice, transpose } from '../instructions.ts'
import { indices } from '../types.ts'

/** [B, H, W, s·s·C] → [B, H·s, W·s, C] */
const depthToSpace: Lowering = (call) =>
  inLastOrder(call, (builder, x, size) => {
    const [batch, height, width, depth] = x.shape as [number, number, number, number]
    const channels = depth / (size * size)
    const parts = reshape(builder, x, [batch, height, width, size, size, channels])
    const woven = transpose(builder, parts, [0, 1, 3, 2, 4, 5])
    return reshape(builder, woven, [batch, height * size, width * size, channels])
  })

/** [B, H·s, W·s, C] → [B, H, W, s·s·C] */
const spaceToDepth: Lowering = (call) =>
  inLastOrder(call, (builder, x, size) => {
    const [batch, height, width, channels] = x.shape as [number, number, number, number]
    const parts = reshape(builder, x, [batch, height / size, size, width / size, size, channels])
    const woven = transpose(builder, parts, [0, 1, 3, 2, 4, 5])
    return reshape(builder, woven, [batch, height / size, width / size, size * size * channels])
  })

/** Runs a rule that is written for channels last. */
function inLastOrder(call: Call, rule: (builder: Builder, x: Value, size: number) => Value): Value {
  const x = input(call, 0)
  if (x.shape.length !== 4) throw unsupported(call, 'the input must have four axes')
  const size = number(call, 'block_size', 2)
  if (text(call, 'data_format', 'NHWC') === 'NHWC') return rule(call.builder, x, size)
  const last = rule(call.builder, transpose(call.builder, x, [0, 2, 3, 1]), size)
  return transpose(call.builder, last, [0, 3, 1, 2])
}

/** (x, block [k], crops [k, 2]) */
const batchToSpace: Lowering = (call) => {
  const { builder } = call
  const [x, block, crops] = [input(call, 0), known(call, 1), known(call, 2)]
  const count = block.length
  const batch = x.shape[0]! / block.reduce((product, length) => product * length, 1)
  const rest = x.shape.slice(1 + count)
  const parts = reshape(builder, x, [...block, batch, ...x.shape.slice(1)])
  const spatial = indices(count).flatMap((index) => [count + 1 + index, index])
  const order = [count, ...spatial, ...rest.map((_, index) => 2 * count + 1 + index)]
  const lengths = block.map((size, index) => size * x.shape[1 + index]!)
  const whole = reshape(builder, transpose(builder, parts, order), [batch, ...lengths, ...rest])
  const starts = [0, ...indices(count).map((index) => crops[2 * index]!), ...rest.map(() => 0)]
  const limits = [batch, ...lengths.map((length, index) => length - crops[2 * index + 1]!), ...rest]
  return slice(builder, whole, starts, limits)
}

/** (x, block [k], paddings [k, 2]) */
const spaceToBatch: Lowering = (call) => {
  const { builder } = call
  const [x, block, amounts] = [input(call, 0), known(call, 1), known(call, 2)]
  const count = block.length
  const padding = x.shape.map((_, axis) => {
    const at = 2 * (axis - 1)
    return axis === 0 || axis > count ? { low: 0, high: 0 } : { low: amounts[at]!, high: amounts[at + 1]! }
  })
  const padded = pad(builder, x, numberFor(builder, 0, x), padding)
  const [batch, rest] = [x.shape[0]!, x.shape.slice(1 + count)]
  const lengths = block.map((size, index) => padded.shape[1 + index]! / size)
  const cut = block.flatMap((size, index) => [lengths[index]!, size])
  const parts = reshape(builder, padded, [batch, ...cut, ...rest])
  const inner = indices(count).map((index) => 2 + 2 * index)
  const outer = indices(count).map((index) => 1 + 2 * index)
  const order = [...inner, 0, ...outer, ...rest.map((_, index) => 2 * count + 1 + index)]
  const total = batch * block.reduce((product, length) => product * length, 1)
  return reshape(builder, transpose(builder, parts, order), [total, ...lengths, ...rest])
}

export const blocks: Operations = {
  ...operations({ DepthToSpace: depthToSpace, SpaceToDepth: spaceToDepth }),
  ...operations({ BatchToSpaceND: batchToSpace, SpaceToBatchND: spaceToBatch }, [1, 2]),
}
