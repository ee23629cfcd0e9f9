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
import { concatenate, pad, reshape, reverse, slice, sliceAxis } from '../instructions.ts'

/** Sizes of −1 take the rest. */
const sliceOut: Lowering = (call) => {
  const x = input(call, 0)
  const [begin, size] = [known(call, 1), known(call, 2)]
  const limits = begin.map((start, axis) => (size[axis]! < 0 ? x.shape[axis]! : start + size[axis]!))
  const outside = limits.some((limit, axis) => begin[axis]! < 0 || limit > x.shape[axis]!)
  if (outside) throw unsupported(call, `[${begin.join(', ')}] with sizes [${size.join(', ')}] lies outside`)
  return slice(call.builder, x, begin, limits)
}

/** One axis of a strided slice, and what becomes of it in the result. */
interface Cut {
  start: number
  limit: number
  stride: number
  keep: 'axis' | 'drop'
}

const stridedSlice: Lowering = (call) => {
  const x = input(call, 0)
  const { cuts, shape } = plan(call, x.shape)
  const backwards = cuts.flatMap(({ stride }, axis) => (stride < 0 ? [axis] : []))
  const turned = reverse(call.builder, x, backwards)
  const forward = cuts.map((cut, axis) => (cut.stride < 0 ? mirrored(cut, x.shape[axis]!) : cut))
  const part = slice(
    call.builder,
    turned,
    forward.map((cut) => cut.start),
    forward.map((cut) => Math.max(cut.start, cut.limit)),
    forward.map((cut) => cut.stride),
  )
  return reshape(call.builder, part, shape(part.shape))
}

/** The same elements counted from the other end. */
const mirrored = ({ start, limit, stride, keep }: Cut, length: number): Cut => ({
  start: length - 1 - start,
  limit: length - 1 - limit,
  stride: -stride,
  keep,
})

/** Reads begin, end, strides and the five masks, as TensorFlow's ValidateStridedSliceOp. */
function plan(call: Call, lengths: readonly number[]) {
  const [begin, end, strides] = [known(call, 1), known(call, 2), known(call, 3)]
  const mask = (name: string) => {
    const bits = number(call, name, 0)
    return (index: number) => Boolean((bits >> index) & 1)
  }
  const [ellipsis, fresh] = [mask('ellipsis_mask'), mask('new_axis_mask')]
  const [shrink, noBegin, noEnd] = [mask('shrink_axis_mask'), mask('begin_mask'), mask('end_mask')]
  const cuts: Cut[] = []
  const layout: ('cut' | 'new')[] = []
  const whole = (length: number): Cut => ({ start: 0, limit: length, stride: 1, keep: 'axis' })
  const consumed = begin.filter((_, index) => !ellipsis(index) && !fresh(index)).length
  const add = (cut: Cut) => (cuts.push(cut), layout.push('cut'))
  begin.forEach((start, index) => {
    if (ellipsis(index)) for (let left = lengths.length - consumed; left > 0; left--) add(whole(lengths[cuts.length]!))
    else if (fresh(index)) layout.push('new')
    else {
      const [length, stride] = [lengths[cuts.length], strides[index]!]
      if (length === undefined || stride === 0) throw unsupported(call, 'the slice has too many axes, or a stride of 0')
      if (shrink(index)) add(single(call, start, length))
      else add(range(length, noBegin(index) ? null : start, noEnd(index) ? null : end[index]!, stride))
    }
  })
  while (cuts.length < lengths.length) add(whole(lengths[cuts.length]!))
  return { cuts, shape: (cut: readonly number[]) => resultShape(cuts, layout, cut) }
}

function resultShape(cuts: readonly Cut[], layout: readonly ('cut' | 'new')[], lengths: readonly number[]): number[] {
  let axis = 0
  return layout.flatMap((entry) => {
    if (entry === 'new') return [1]
    const index = axis++
    return cuts[index]!.keep === 'axis' ? [lengths[index]!] : []
  })
}

function single(call: Call, at: number, length: number): Cut {
  const start = at < 0 ? at + length : at
  if (start < 0 || start >= length) throw unsupported(call, `index ${at} is out of range for length ${length}`)
  return { start, limit: start + 1, stride: 1, keep: 'drop' }
}

/** null: from (to) the end that the stride comes from (goes to). */
function range(length: number, begin: number | null, end: number | null, stride: number): Cut {
  const [lowest, highest] = stride > 0 ? [0, length] : [-1, length - 1]
  const clamp = (at: number) => Math.min(highest, Math.max(lowest, at < 0 ? at + length : at))
  const start = begin === null ? (stride > 0 ? 0 : length - 1) : clamp(begin)
  const limit = end === null ? (stride > 0 ? length : -1) : clamp(end)
  const empty = stride > 0 ? limit <= start : limit >= start
  return empty ? { start: 0, limit: 0, stride: 1, keep: 'axis' } : { start, limit, stride, keep: 'axis' }
}

const padConstant: Lowering = (call) => {
  const x = input(call, 0)
  const amounts = known(call, 1)
  const value = call.inputs.length > 2 ? input(call, 2) : numberFor(call.builder, 0, x)
  const padding = x.shape.map((_, axis) => ({ low: amounts[2 * axis]!, high: amounts[2 * axis + 1]! }))
  return pad(call.builder, x, value, padding)
}

/** REFLECT leaves out the edge itself, SYMMETRIC repeats it. */
const padMirror: Lowering = (call) => {
  const amounts = known(call, 1)
  const skip = text(call, 'mode', 'REFLECT') === 'REFLECT' ? 1 : 0
  return input(call, 0).shape.reduce(
    (x, _, axis) => mirrorAxis(call.builder, x, axis, skip, amounts[2 * axis]!, amounts[2 * axis + 1]!),
    input(call, 0),
  )
}

function mirrorAxis(builder: Builder, x: Value, axis: number, skip: number, low: number, high: number): Value {
  const length = x.shape[axis]!
  const before = reverse(builder, sliceAxis(builder, x, axis, skip, skip + low), [axis])
  const after = reverse(builder, sliceAxis(builder, x, axis, length - skip - high, length - skip), [axis])
  return concatenate(builder, [...(low ? [before] : []), x, ...(high ? [after] : [])], axis)
}

export const slices: Operations = {
  ...operations({ Slice: sliceOut }, [1, 2]),
  ...operations({ StridedSlice: stridedSlice }, [1, 2, 3]),
  ...operations({ Pad: padConstant, PadV2: padConstant, MirrorPad: padMirror }, [1]),
}
