import type { Attribute } from '../ffi/types.ts'
import type { Builder, Value } from './builder.ts'
import { flag, input, unsupported, type Call } from './call.ts'
import { numberFor } from './constant.ts'
import { binary, unary } from './instructions.ts'
import { callOf, guarded } from './operation.ts'

type Update = (call: Call, state: readonly Value[]) => Value[]

/**
 * Lowers an operation that changes variables in place. `state`: their values before; `inputs`: the operation's other inputs.
 * Returns their values after, in the same order.
 */
export function lowerUpdate(
  builder: Builder,
  name: string,
  attributes: readonly Attribute[],
  state: readonly Value[],
  inputs: readonly Value[],
): Value[] {
  const call = callOf(builder, name, attributes, inputs, state.length)
  const update = Object.hasOwn(updates, name) ? updates[name] : undefined
  if (!update) throw unsupported(call, 'no lowering is known for this update')
  return guarded(call, () => update(call, state))
}

const assign: Update = (call) => [input(call, 0)]

const accumulate =
  (name: 'add' | 'subtract'): Update =>
  (call, [value]) => [binary(call.builder, name, value!, input(call, 0))]

/** x −= rate · slope */
const descend: Update = ({ builder, inputs: [rate, slope] }, [x]) => [
  binary(builder, 'subtract', x!, binary(builder, 'multiply', slope!, rate!)),
]

/** m += (1 − β₁)(g − m); v += (1 − β₂)(g² − v); x −= rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε), as TensorFlow's kernel. */
const adam: Update = (call, [x, m, v]) => {
  const { builder } = call
  const [power1, power2, rate, beta1, beta2, epsilon, gradient] = call.inputs as [
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
  ]
  const with1 = (name: string, value: Value) => binary(builder, name, numberFor(builder, 1, value), value)
  const moved = (from: Value, to: Value, beta: Value) => {
    const step = binary(builder, 'multiply', binary(builder, 'subtract', to, from), with1('subtract', beta))
    return binary(builder, 'add', from, step)
  }
  const first = moved(m!, gradient, beta1)
  const second = moved(v!, binary(builder, 'multiply', gradient, gradient), beta2)
  const size = binary(
    builder,
    'divide',
    binary(builder, 'multiply', rate, unary(builder, 'sqrt', with1('subtract', power2))),
    with1('subtract', power1),
  )
  const direction = flag(call, 'use_nesterov') ? moved(first, gradient, beta1) : first
  const scale = binary(builder, 'add', unary(builder, 'sqrt', second), epsilon)
  const change = binary(builder, 'divide', binary(builder, 'multiply', direction, size), scale)
  return [binary(builder, 'subtract', x!, change), first, second]
}

const updates: Record<string, Update> = {
  AssignVariableOp: assign,
  AssignAddVariableOp: accumulate('add'),
  AssignSubVariableOp: accumulate('subtract'),
  ResourceApplyAdam: adam,
  ResourceApplyGradientDescent: descend,
}
