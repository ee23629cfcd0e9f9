import { Fault } from '../contract/fault.ts'
import { tf } from '../tensor/index.ts'
import { parameterShapes } from './families.ts'
import type { Shape } from './shape.ts'

/** A tensor's values on the host, row-major. */
export interface HostTensor {
  shape: number[]
  data: Float32Array
}
export type HostTensors = Record<string, HostTensor>

/** A model's tensors on the device by name (see names.ts). The forward functions only read them. */
export type Parameters = Record<string, tf.Tensor>
export type TrainableParameters = Record<string, tf.Variable>

/** Puts parameters on the device as variables; the caller frees them with `tf.dispose(parameters)`. */
export function upload(tensors: HostTensors): TrainableParameters {
  const variables: TrainableParameters = {}
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const initial = tf.tensor(data, shape, 'float32')
    // Subtle: the variable gets no name, because tfjs refuses a second one of the same name and two models may be loaded.
    variables[name] = tf.variable(initial)
    initial.dispose()
  }
  return variables
}

/** Copies tensors back to the host. */
export async function download(tensors: Record<string, tf.Tensor>): Promise<HostTensors> {
  const copies: HostTensors = {}
  for (const [name, tensor] of Object.entries(tensors)) {
    copies[name] = { shape: [...tensor.shape], data: Float32Array.from(await tensor.data<'float32'>()) }
  }
  return copies
}

/**
 * Checks that tensors are exactly those a shape needs.
 * @throws Fault `parameter-missing`, `parameter-unknown` or `parameter-shape`, which names the tensor.
 */
export function checkParameters(shape: Shape, tensors: Record<string, { shape: number[] }>, subject?: string): void {
  const expected = parameterShapes(shape)
  for (const [name, dims] of expected) {
    const given = tensors[name]
    if (!given) throw new Fault('parameter-missing', `The model lacks the tensor ${name}.`, { subject })
    checkDimensions(name, dims, given.shape, subject)
  }
  const extra = Object.keys(tensors).find((name) => !expected.has(name))
  if (extra) throw new Fault('parameter-unknown', `The model has no place for the tensor ${extra}.`, { subject })
}

/** @throws Fault `parameter-shape` with the expected and the given shape. */
export function checkDimensions(name: string, expected: number[], given: number[], subject?: string): void {
  if (expected.length === given.length && expected.every((size, i) => size === given[i])) return
  const message = `The tensor ${name} should be [${expected.join(', ')}] but is [${given.join(', ')}].`
  throw new Fault('parameter-shape', message, { subject, hint: 'The weights belong to a model of another shape.' })
}
