import { tf } from '../../../../../core/tensor/tfjs.ts'
import { exactly, flags, floats, integers, type Case } from '../support/case.ts'

type Unary = (x: tf.Tensor) => tf.Tensor

const everywhere = (name: string, operation: Unary, range: { scale?: number; shift?: number } = {}): Case => ({
  name: `tf.${name}`,
  inputs: [floats([], 1, { scale: 2, ...range }), floats([2, 1, 3, 1, 2], 2, { scale: 2, ...range }), floats([0, 3])],
  run: (...inputs) => inputs.map(operation),
})

const positive = { scale: 1, shift: 1.5 }
const inside = { scale: 0.9 }
const special = [NaN, Infinity, -Infinity, 0, 1.5]

const smooth: Case[] = [
  everywhere('abs', tf.abs),
  everywhere('neg', tf.neg),
  everywhere('exp', tf.exp),
  everywhere('expm1', tf.expm1),
  everywhere('log', tf.log, positive),
  everywhere('log1p', tf.log1p, positive),
  everywhere('sqrt', tf.sqrt, positive),
  everywhere('rsqrt', tf.rsqrt, positive),
  everywhere('reciprocal', tf.reciprocal, positive),
  everywhere('square', tf.square),
  everywhere('sin', tf.sin),
  everywhere('cos', tf.cos),
  everywhere('tan', tf.tan, inside),
  everywhere('asin', tf.asin, inside),
  everywhere('acos', tf.acos, inside),
  everywhere('atan', tf.atan),
  everywhere('sinh', tf.sinh),
  everywhere('cosh', tf.cosh),
  everywhere('tanh', tf.tanh),
  everywhere('asinh', tf.asinh),
  everywhere('acosh', tf.acosh, { scale: 1, shift: 2.5 }),
  everywhere('atanh', tf.atanh, inside),
  everywhere('erf', tf.erf),
]

const activations: Case[] = [
  everywhere('sigmoid', tf.sigmoid),
  everywhere('relu', tf.relu),
  everywhere('relu6', tf.relu6, { scale: 10 }),
  everywhere('elu', tf.elu),
  everywhere('selu', tf.selu),
  everywhere('softplus', tf.softplus, { scale: 20 }),
  everywhere('leakyRelu', (x) => tf.leakyRelu(x, 0.3)),
  everywhere('prelu', (x) => tf.prelu(x, tf.scalar(0.3))),
  everywhere('clipByValue', (x) => tf.clipByValue(x, -0.5, 0.75)),
  everywhere('logSigmoid', tf.logSigmoid),
]

const stepped: Case[] = [
  everywhere('sign', tf.sign),
  everywhere('step', (x) => tf.step(x, 0.25)),
  everywhere('floor', tf.floor),
  everywhere('ceil', tf.ceil),
  everywhere('zerosLike', tf.zerosLike),
  everywhere('onesLike', tf.onesLike),
  everywhere('clone', tf.clone),
  {
    name: 'tf.round to even',
    inputs: [exactly([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4999, -0.7])],
    run: (x) => tf.round(x!),
  },
  {
    name: 'tf.isNaN, isInf and isFinite of special values',
    inputs: [exactly(special)],
    run: (x) => [tf.isNaN(x!), tf.isInf(x!), tf.isFinite(x!)],
    gradient: false,
  },
  {
    name: 'special values through elementwise operations',
    inputs: [exactly(special)],
    run: (x) => [tf.relu(x!), tf.exp(x!), tf.sigmoid(x!), tf.tanh(x!), tf.softplus(x!), tf.neg(x!)],
    gradient: false,
  },
]

const whole: Case[] = [
  {
    name: 'unary operations on integers',
    inputs: [integers([-3, 0, 5, 7], [2, 2])],
    run: (x) => [tf.abs(x!), tf.neg(x!), tf.sign(x!), tf.square(x!), tf.relu(x!), tf.zerosLike(x!), tf.onesLike(x!)],
  },
  { name: 'tf.logicalNot', inputs: [flags([1, 0, 1], [3, 1])], run: (x) => tf.logicalNot(x! as tf.Tensor) },
  {
    name: 'tf.cast between types',
    inputs: [exactly([-1.7, -0.2, 0, 0.6, 3.9]), integers([-1, 0, 2]), flags([1, 0])],
    run: (x, i, b) => [
      tf.cast(x!, 'int32'),
      tf.cast(x!, 'bool'),
      tf.cast(i!, 'float32'),
      tf.cast(i!, 'bool'),
      tf.cast(b!, 'float32'),
      tf.cast(b!, 'int32'),
    ],
    gradient: false,
  },
]

export const unary: Case[] = [...smooth, ...activations, ...stepped, ...whole]
