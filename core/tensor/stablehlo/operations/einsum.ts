import type { Builder, Value } from '../builder.ts'
import { operations, text, unsupported, type Call, type Lowering, type Operations } from '../call.ts'
import { transpose } from '../instructions.ts'
import { dot } from '../product.ts'
import { reduce } from '../reduction.ts'

/** A tensor with a letter for each axis. */
interface Labelled {
  value: Value
  labels: string
}

/** Products of any number of operands, two at a time from the left. */
const einsum: Lowering = (call) => {
  const { operands, result } = parse(call)
  const [first, ...others] = operands as [Labelled, ...Labelled[]]
  const product = others.reduce((left, right, index) => {
    const later = others.slice(index + 1).flatMap((operand) => [...operand.labels])
    return multiply(call.builder, left, right, new Set([...result, ...later]))
  }, first)
  const { value, labels } = sumAway(call.builder, product, new Set(result))
  return transpose(
    call.builder,
    value,
    [...result].map((label) => labels.indexOf(label)),
  )
}

function parse(call: Call): { operands: Labelled[]; result: string } {
  const equation = text(call, 'equation', '').replace(/\s+/g, '')
  const [left = '', result] = equation.split('->')
  const lists = left.split(',')
  const repeats = [...lists, result ?? ''].some((labels) => new Set(labels).size !== labels.length)
  if (result === undefined || repeats || equation.includes('.')) {
    throw unsupported(call, `equation '${equation}' needs "->", and neither repeated labels nor "..."`)
  }
  const fits = lists.length === call.inputs.length && lists.every((l, i) => l.length === call.inputs[i]!.shape.length)
  const known = [...result].every((label) => left.includes(label))
  if (!fits || !known) throw unsupported(call, `equation '${equation}' does not fit the operands`)
  return { operands: lists.map((labels, index) => ({ value: call.inputs[index]!, labels })), result }
}

/** The product of two, summed over shared labels that nobody needs later. */
function multiply(builder: Builder, left: Labelled, right: Labelled, needed: ReadonlySet<string>): Labelled {
  const a = sumAway(builder, left, new Set([...needed, ...right.labels]))
  const b = sumAway(builder, right, new Set([...needed, ...left.labels]))
  const shared = [...a.labels].filter((label) => b.labels.includes(label))
  const pair = (label: string) => [a.labels.indexOf(label), b.labels.indexOf(label)] as const
  const batch = shared.filter((label) => needed.has(label))
  const contract = shared.filter((label) => !needed.has(label))
  const rest = [...a.labels, ...b.labels].filter((label) => !shared.includes(label))
  return {
    value: dot(builder, a.value, b.value, batch.map(pair), contract.map(pair)),
    labels: [...batch, ...rest].join(''),
  }
}

function sumAway(builder: Builder, { value, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = [...labels].flatMap((label, axis) => (needed.has(label) ? [] : [axis]))
  const kept = [...labels].filter((label) => needed.has(label)).join('')
  return { value: reduce(builder, 'add', value, axes), labels: kept }
}

export const einsums: Operations = operations({ Einsum: einsum })
