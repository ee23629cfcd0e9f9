import type { Builder, Value } from '../builder.ts'
import { input, number, operations, type Call, type Lowering, type Operations } from '../call.ts'
import { numberFor } from '../constant.ts'
import { binary, compare, select, unary } from '../instructions.ts'

// Slopes as in Klambauer et al., "Self-Normalizing Neural Networks", 2017.
const seluAlpha = 1.6732632423543772
const seluScale = 1.0507009873554805

type Rule = (builder: Builder, x: Value) => Value

const activation =
  (rule: Rule): Lowering =>
  (call) =>
    rule(call.builder, input(call, 0))

/** Gradient operations that get (dy, x or y) and scale dy where `slope` says. */
const gradient =
  (slope: (builder: Builder, dy: Value, saved: Value, call: Call) => Value): Lowering =>
  (call) =>
    slope(call.builder, input(call, 0), input(call, 1), call)

const positive = (builder: Builder, x: Value) => compare(builder, 'GT', x, numberFor(builder, 0, x))
const times = (builder: Builder, x: Value, factor: number) =>
  binary(builder, 'multiply', x, numberFor(builder, factor, x))

const relu: Rule = (builder, x) => binary(builder, 'maximum', x, numberFor(builder, 0, x))
const relu6: Rule = (builder, x) => binary(builder, 'minimum', relu(builder, x), numberFor(builder, 6, x))
const elu: Rule = (builder, x) => select(builder, positive(builder, x), x, unary(builder, 'exponential_minus_one', x))

const selu: Rule = (builder, x) => {
  const below = times(builder, unary(builder, 'exponential_minus_one', x), seluAlpha * seluScale)
  return select(builder, positive(builder, x), times(builder, x, seluScale), below)
}

/** log(1 + exp(x)) = max(x, 0) + log1p(exp(−|x|)), which can't overflow. */
const softplus: Rule = (builder, x) => {
  const small = unary(builder, 'exponential', unary(builder, 'negate', unary(builder, 'abs', x)))
  return binary(builder, 'add', relu(builder, x), unary(builder, 'log_plus_one', small))
}

const softsign: Rule = (builder, x) =>
  binary(builder, 'divide', x, binary(builder, 'add', unary(builder, 'abs', x), numberFor(builder, 1, x)))

const leakyRelu: Lowering = (call) => {
  const x = input(call, 0)
  return select(call.builder, positive(call.builder, x), x, times(call.builder, x, number(call, 'alpha', 0.2)))
}

const reluGradient = gradient((builder, dy, x) => select(builder, positive(builder, x), dy, numberFor(builder, 0, dy)))

const relu6Gradient = gradient((builder, dy, x) => {
  const inside = binary(builder, 'and', positive(builder, x), compare(builder, 'LT', x, numberFor(builder, 6, x)))
  return select(builder, inside, dy, numberFor(builder, 0, dy))
})

const leakyReluGradient = gradient((builder, dy, x, call) =>
  select(builder, positive(builder, x), dy, times(builder, dy, number(call, 'alpha', 0.2))),
)

/** From the output y: eˣ = y + 1 below zero. */
const eluGradient = gradient((builder, dy, y) => {
  const slope = binary(builder, 'add', y, numberFor(builder, 1, y))
  const below = compare(builder, 'LT', y, numberFor(builder, 0, y))
  return select(builder, below, binary(builder, 'multiply', dy, slope), dy)
})

const seluGradient = gradient((builder, dy, y) => {
  const slope = binary(builder, 'add', y, numberFor(builder, seluAlpha * seluScale, y))
  const below = compare(builder, 'LT', y, numberFor(builder, 0, y))
  return select(builder, below, binary(builder, 'multiply', dy, slope), times(builder, dy, seluScale))
})

const softplusGradient = gradient((builder, dy, x) => binary(builder, 'multiply', dy, unary(builder, 'logistic', x)))

const softsignGradient = gradient((builder, dy, x) => {
  const size = binary(builder, 'add', unary(builder, 'abs', x), numberFor(builder, 1, x))
  return binary(builder, 'divide', dy, binary(builder, 'multiply', size, size))
})

// The following take (y, dy).

const tanhGradient: Lowering = ({ builder, ...call }) => {
  const [y, dy] = [call.inputs[0]!, call.inputs[1]!]
  const slope = binary(builder, 'subtract', numberFor(builder, 1, y), binary(builder, 'multiply', y, y))
  return binary(builder, 'multiply', dy, slope)
}

const sigmoidGradient: Lowering = ({ builder, ...call }) => {
  const [y, dy] = [call.inputs[0]!, call.inputs[1]!]
  const slope = binary(builder, 'multiply', y, binary(builder, 'subtract', numberFor(builder, 1, y), y))
  return binary(builder, 'multiply', dy, slope)
}

const sqrtGradient: Lowering = ({ builder, ...call }) => {
  const [y, dy] = [call.inputs[0]!, call.inputs[1]!]
  return binary(builder, 'divide', times(builder, dy, 0.5), y)
}

/** dy · (−½ y³) */
const rsqrtGradient: Lowering = ({ builder, ...call }) => {
  const [y, dy] = [call.inputs[0]!, call.inputs[1]!]
  const cube = binary(builder, 'multiply', binary(builder, 'multiply', y, y), y)
  return binary(builder, 'multiply', times(builder, dy, -0.5), cube)
}

/** −dy · y² */
const reciprocalGradient: Lowering = ({ builder, ...call }) => {
  const [y, dy] = [call.inputs[0]!, call.inputs[1]!]
  return binary(builder, 'multiply', unary(builder, 'negate', dy), binary(builder, 'multiply', y, y))
}

export const activations: Operations = operations({
  Sigmoid: activation((builder, x) => unary(builder, 'logistic', x)),
  Relu: activation(relu),
  Relu6: activation(relu6),
  Elu: activation(elu),
  Selu: activation(selu),
  Softplus: activation(softplus),
  Softsign: activation(softsign),
  LeakyRelu: leakyRelu,
  ReluGrad: reluGradient,
  Relu6Grad: relu6Gradient,
  EluGrad: eluGradient,
  SeluGrad: seluGradient,
  LeakyReluGrad: leakyReluGradient,
  SoftplusGrad: softplusGradient,
  SoftsignGrad: softsignGradient,
  TanhGrad: tanhGradient,
  SigmoidGrad: sigmoidGradient,
  SqrtGrad: sqrtGradient,
  RsqrtGrad: rsqrtGradient,
  ReciprocalGrad: reciprocalGradient,
  InvGrad: reciprocalGradient,
})
