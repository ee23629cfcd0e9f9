import type { Value } from '../builder.ts'
import { input, known, operations, unsupported, type Call, type Lowering, type Operations } from '../call.ts'
import { convolve, extent } from '../convolution.ts'
import { reshape, reverse, transpose, type Padding } from '../instructions.ts'
import { indices } from '../types.ts'
import { windowOf, type Window } from '../window.ts'

// Kernels are [...spatial, in, out]; depthwise ones [...spatial, channels, multiplier]. Any number of spatial axes.

/** The roles of a tensor's axes: `batch` and `channel` named as given, spatial ones numbered. */
function roles(window: Window, batch: string, channel: string): string[] {
  const names: string[] = []
  names[window.batch] = batch
  names[window.channel] = channel
  window.spatial.forEach((axis, index) => (names[axis] = String(index)))
  return names
}

const kernelRoles = (spatial: number, first: string, second: string) => [...indices(spatial).map(String), first, second]

const ones = (window: Window) => window.spatial.map(() => 1)

const forward = (call: Call, x: Value, kernel: Value, window: Window, features: number) =>
  convolve(call.builder, x, kernel, {
    roles: {
      input: roles(window, 'b', 'f'),
      kernel: kernelRoles(window.spatial.length, 'i', 'o'),
      result: roles(window, 'b', 'f'),
    },
    strides: window.strides,
    padding: window.padding,
    spread: ones(window),
    dilations: window.dilations,
    features,
  })

const convolution: Lowering = (call) => {
  const [x, kernel] = [input(call, 0), input(call, 1)]
  const window = windowOf(call, x.shape, kernel.shape.slice(0, -2))
  const [channels, taken] = [x.shape[window.channel]!, kernel.shape.at(-2)!]
  if (channels % taken !== 0) throw unsupported(call, `${channels} channels don't fit a kernel for ${taken}`)
  return forward(call, x, kernel, window, channels / taken)
}

/** Every channel has its own kernels: one group a channel. */
const depthwise: Lowering = (call) => {
  const [x, kernel] = [input(call, 0), input(call, 1)]
  const spatial = kernel.shape.slice(0, -2)
  const [channels, multiplier] = kernel.shape.slice(-2) as [number, number]
  const grouped = reshape(call.builder, kernel, [...spatial, 1, channels * multiplier])
  return forward(call, x, grouped, windowOf(call, x.shape, spatial), channels)
}

/** (input sizes, kernel, dy) → dx: the result's gradient, spread by the strides, convolved with the turned kernel. */
const inputGradient: Lowering = (call) => {
  const [shape, kernel, dy] = [known(call, 0), input(call, 1), input(call, 2)]
  const window = windowOf(call, shape, kernel.shape.slice(0, -2))
  const groups = shape[window.channel]! / kernel.shape.at(-2)!
  if (groups !== 1) throw unsupported(call, 'grouped convolutions have no gradient here')
  return backwards(call, shape, dy, kernel, window, 'o', 'i', 1)
}

const depthwiseInputGradient: Lowering = (call) => {
  const [shape, kernel, dy] = [known(call, 0), input(call, 1), input(call, 2)]
  const spatial = kernel.shape.length - 2
  const swapped = transpose(call.builder, kernel, [...indices(spatial), spatial + 1, spatial])
  const window = windowOf(call, shape, kernel.shape.slice(0, -2))
  return backwards(call, shape, dy, swapped, window, 'i', 'o', kernel.shape.at(-2)!)
}

/** `first`, `second`: the roles of the kernel's last axes. */
function backwards(
  call: Call,
  shape: readonly number[],
  dy: Value,
  kernel: Value,
  window: Window,
  first: string,
  second: string,
  features: number,
): Value {
  const { spatial, strides, dilations } = window
  const padding = spatial.map((axis, index): Padding => {
    const span = extent(kernel.shape[index]!, dilations[index]!)
    const low = span - 1 - window.padding[index]!.low
    return { low, high: shape[axis]! + span - 1 - extent(dy.shape[axis]!, strides[index]!) - low }
  })
  return convolve(call.builder, dy, reverse(call.builder, kernel, indices(spatial.length)), {
    roles: {
      input: roles(window, 'b', 'f'),
      kernel: kernelRoles(spatial.length, first, second),
      result: roles(window, 'b', 'f'),
    },
    strides: ones(window),
    padding,
    spread: strides,
    dilations,
    features,
  })
}

/** (x, kernel sizes, dy) → dkernel: x convolved with the result's gradient, summing over the batch. */
const kernelGradient: Lowering = (call) => {
  const [x, shape, dy] = [input(call, 0), known(call, 1), input(call, 2)]
  return correlate(call, x, shape.slice(0, -2), dy, 1)
}

const depthwiseKernelGradient: Lowering = (call) => {
  const [x, shape, dy] = [input(call, 0), known(call, 1), input(call, 2)]
  return reshape(call.builder, correlate(call, x, shape.slice(0, -2), dy, shape.at(-2)!), shape)
}

/** Strides and dilations change places: the gradient is the kernel, and its elements lie a stride apart. */
function correlate(call: Call, x: Value, kernel: readonly number[], dy: Value, batches: number): Value {
  const window = windowOf(call, x.shape, kernel)
  const { spatial, strides, dilations } = window
  const padding = spatial.map((axis, index): Padding => {
    const { low } = window.padding[index]!
    const reach = extent(kernel[index]!, dilations[index]!) - 1 + extent(dy.shape[axis]!, strides[index]!)
    return { low, high: reach - x.shape[axis]! - low }
  })
  return convolve(call.builder, x, dy, {
    roles: {
      input: roles(window, 'f', 'b'),
      kernel: roles(window, 'i', 'o'),
      result: kernelRoles(spatial.length, 'b', 'f'),
    },
    strides: dilations,
    padding,
    spread: ones(window),
    dilations: strides,
    batches,
  })
}

export const convolutions: Operations = {
  ...operations({ Conv2D: convolution, Conv3D: convolution, DepthwiseConv2dNative: depthwise }),
  ...operations(
    {
      Conv2DBackpropInput: inputGradient,
      Conv3DBackpropInputV2: inputGradient,
      DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
    },
    [0],
  ),
  ...operations(
    {
      Conv2DBackpropFilter: kernelGradient,
      Conv3DBackpropFilterV2: kernelGradient,
      DepthwiseConv2dNativeBackpropFilter: depthwiseKernelGradient,
    },
    [1],
  ),
}
