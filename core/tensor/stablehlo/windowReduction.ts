import { dataType } from '../ffi/types.ts'
import { emit, typeOf, type Builder, type Value } from './builder.ts'
import type { Padding } from './instructions.ts'
import { neutral, reducerRegion, type Reducer } from './reduction.ts'
import { extent } from './convolution.ts'

/** A window over all axes of a tensor. */
export interface FullWindow {
  lengths: readonly number[]
  strides: readonly number[]
  padding: readonly Padding[]
}

/** Combines each window's values; padding counts as the neutral value. */
export function reduceWindows(builder: Builder, reducer: Reducer, x: Value, window: FullWindow): Value {
  const start = neutral(builder, reducer, x.type)
  const { lengths, strides, padding } = window
  const shape = x.shape.map((length, axis) => {
    const { low, high } = padding[axis]!
    return Math.max(0, Math.floor((extent(length, 1) + low + high - lengths[axis]!) / strides[axis]!) + 1)
  })
  const result = { shape, type: x.type }
  const region = reducerRegion(reducer, x.type)
  const types = `(${typeOf(x)}, ${typeOf(start)}) -> ${typeOf(result)}`
  const body = `"stablehlo.reduce_window"(${x.name}, ${start.name}) <{${windowText(window)}}> ${region} : ${types}`
  return emit(builder, [x, start], result, body)
}

/** Adds each of `updates` to the place of its window's first largest value. */
export function scatterToLargest(builder: Builder, x: Value, updates: Value, window: FullWindow): Value {
  const start = neutral(builder, 'add', x.type)
  const scalar = typeOf({ shape: [], type: x.type })
  const bool = typeOf({ shape: [], type: dataType.bool })
  const choose = [
    `({\n^bb0(%a: ${scalar}, %b: ${scalar}):`,
    `  %r = stablehlo.compare GE, %a, %b : (${scalar}, ${scalar}) -> ${bool}`,
    `  stablehlo.return %r : ${bool}\n}, ${reducerRegion('add', x.type).slice(1)}`,
  ].join('\n')
  const types = `(${typeOf(x)}, ${typeOf(updates)}, ${typeOf(start)}) -> ${typeOf(x)}`
  const names = `${x.name}, ${updates.name}, ${start.name}`
  const body = `"stablehlo.select_and_scatter"(${names}) <{${windowText(window)}}> ${choose} : ${types}`
  return emit(builder, [x, updates, start], x, body)
}

function windowText({ lengths, strides, padding }: FullWindow): string {
  const pairs = padding.map(({ low, high }) => `[${low}, ${high}]`).join(', ')
  return [
    `window_dimensions = array<i64: ${lengths.join(', ')}>`,
    `window_strides = array<i64: ${strides.join(', ')}>`,
    `padding = dense<[${pairs}]> : tensor<${padding.length}x2xi64>`,
  ].join(', ')
}
