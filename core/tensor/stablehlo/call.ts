import { Fault } from '../../contract/fault.ts'
import type { Builder, Value } from './builder.ts'
import { shapeName } from './types.ts'

/** An operation to lower. */
export interface Call {
  builder: Builder
  name: string
  attributes: ReadonlyMap<string, unknown>
  inputs: readonly Value[]
  /** Outputs that the caller wants. */
  outputs: number
}

export type Lowering = (call: Call) => Value | Value[]

/** How an operation is lowered. */
export interface Operation {
  lower: Lowering
  /** Inputs that must be known while the program is built; negative: counted from the end. */
  host?: readonly number[]
}

export type Operations = Readonly<Record<string, Operation>>

/** The same lowering rule for several operations. */
export const operations = (lowerings: Record<string, Lowering>, host?: readonly number[]): Operations =>
  Object.fromEntries(Object.entries(lowerings).map(([name, lower]) => [name, { lower, host }]))

export function input(call: Call, index: number): Value {
  const value = call.inputs.at(index)
  if (!value) throw unsupported(call, `input ${index} is missing`)
  return value
}

/** Values of an input that is known while the program is built. */
export function known(call: Call, index: number): number[] {
  const { host } = input(call, index)
  if (!host) throw unsupported(call, `input ${index} must be known when the step is captured`)
  return Array.from(host)
}

export function flag(call: Call, name: string, otherwise = false): boolean {
  return Boolean(call.attributes.get(name) ?? otherwise)
}

export function number(call: Call, name: string, otherwise: number): number {
  return Number(call.attributes.get(name) ?? otherwise)
}

export function text(call: Call, name: string, otherwise: string): string {
  return String(call.attributes.get(name) ?? otherwise)
}

/** A list of integers; a single one is a list of one. */
export function list(call: Call, name: string, otherwise: readonly number[] = []): number[] {
  const value = call.attributes.get(name)
  if (value === undefined || value === null) return [...otherwise]
  return Array.isArray(value) ? value.map(Number) : [Number(value)]
}

/** An axis between 0 and rank − 1 from one that may be negative. */
export function axisOf(call: Call, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis
  if (positive >= 0 && positive < rank) return positive
  throw unsupported(call, `axis ${axis} is out of range for rank ${rank}`)
}

/** Distinct axes in ascending order. */
export function axesOf(call: Call, axes: readonly number[], rank: number): number[] {
  return [...new Set(axes.map((axis) => axisOf(call, axis, rank)))].sort((a, b) => a - b)
}

/** "MatMul(float32 [2, 3], float32 [4, 5]) can't be compiled: …" */
export function unsupported({ name, inputs }: Call, reason: string): Fault {
  const shown = inputs.slice(0, 8).map(shapeName).join(', ')
  return new Fault('tensor-operation', `${name}(${shown}) can't be compiled: ${reason}.`, { subject: name })
}
