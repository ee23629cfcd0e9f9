import type { HostValues } from '../ffi/types.ts'
import { typeText } from './types.ts'

/** One line of the program. Every instruction is pure, so that equal text means equal values. */
export interface Instruction {
  /** "%12" */
  name: string
  operands: readonly Value[]
  results: number
  body: string | (() => string)
}

/** A tensor of the program: a parameter, or a result of an instruction. */
export interface Value {
  /** "%12", "%12#1" or "%arg0" */
  name: string
  shape: number[]
  type: number
  /** Values that are known while the program is built. */
  host?: HostValues
  /** null: a parameter */
  instruction: Instruction | null
  /** What this is a transpose of: products read the source instead. */
  transposeOf?: { source: Value; permutation: number[] }
}

export interface BuilderOptions {
  /** Rounds the operands of products to bfloat16; their results, and all else, stay float32. */
  bf16?: boolean
}

/** A program being built. */
export interface Builder {
  bf16: boolean
  parameters: Value[]
  instructions: Instruction[]
  /** Results by the text of their instruction. */
  known: Map<string, Value[]>
}

export function newBuilder({ bf16 = false }: BuilderOptions = {}): Builder {
  return { bf16, parameters: [], instructions: [], known: new Map() }
}

/** Adds an argument of the program; its index is the number of parameters before it. */
export function parameter(builder: Builder, shape: readonly number[], type: number): Value {
  const value: Value = { name: `%arg${builder.parameters.length}`, shape: [...shape], type, instruction: null }
  builder.parameters.push(value)
  return value
}

export interface TensorType {
  shape: number[]
  type: number
}

/** Adds an instruction with one result; `body` is its text behind "=", which names operands and types. */
export function emit(builder: Builder, operands: readonly Value[], result: TensorType, body: string): Value {
  return emitAll(builder, operands, [result], body)[0]!
}

/** Adds an instruction with several results, unless the program already has the same. */
export function emitAll(builder: Builder, operands: readonly Value[], results: TensorType[], body: string): Value[] {
  const known = builder.known.get(body)
  if (known) return known
  const values = append(builder, operands, results, body)
  builder.known.set(body, values)
  return values
}

/** Adds an instruction whose text is only made if the program needs it. */
export function emitLazily(builder: Builder, result: TensorType, body: () => string): Value {
  return append(builder, [], [result], body)[0]!
}

function append(builder: Builder, operands: readonly Value[], results: TensorType[], body: Instruction['body']) {
  const name = `%${builder.instructions.length}`
  const instruction: Instruction = { name, operands, results: results.length, body }
  builder.instructions.push(instruction)
  return results.map(({ shape, type }, index): Value => {
    return { name: results.length > 1 ? `${name}#${index}` : name, shape, type, instruction }
  })
}

/** The text of a value's type: "tensor<2x3xf32>" */
export const typeOf = (value: TensorType) => typeText(value.shape, value.type)
