import { tf } from '../../../../../core/tensor/tfjs.ts'
import { exactly, flags, floats, integers, someIntegers, type Case, type Input } from '../support/case.ts'

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor

/** Pairs of shapes that broadcast. */
const pairs = [
  [[2, 3], [3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[], [2, 2]],
  [
    [2, 1, 3, 1, 2],
    [1, 2, 1, 2, 1],
  ],
] as [number[], number[]][]

interface Ranges {
  a?: { scale?: number; shift?: number }
  b?: { scale?: number; shift?: number }
  gradient?: boolean
}

const inPairs = (operation: Binary) => (inputs: tf.Tensor[]) =>
  pairs.map((_, index) => operation(inputs[2 * index]!, inputs[2 * index + 1]!))

function everyPair(name: string, operation: Binary, { a = {}, b = {}, gradient }: Ranges = {}): Case {
  const inputs = pairs.flatMap(([first, second], index): Input[] => [
    floats(first, 2 * index + 1, a),
    floats(second, 2 * index + 2, b),
  ])
  return { name: `tf.${name}`, inputs, run: (...tensors) => inPairs(operation)(tensors), gradient }
}

const away = { scale: 1, shift: 2 }

const floating: Case[] = [
  everyPair('add', tf.add),
  everyPair('sub', tf.sub),
  everyPair('mul', tf.mul),
  everyPair('div', tf.div, { b: away }),
  everyPair('divNoNan', tf.divNoNan, { b: away, gradient: false }),
  everyPair('pow', tf.pow, { a: away }),
  everyPair('atan2', tf.atan2, { b: away }),
  everyPair('maximum', tf.maximum, { gradient: false }),
  everyPair('minimum', tf.minimum, { gradient: false }),
  everyPair('squaredDifference', tf.squaredDifference, { gradient: false }),
  {
    name: 'operations whose gradients tfjs knows for equal shapes only',
    inputs: [floats([2, 3], 1), floats([2, 3], 2)],
    run: (a, b) => [tf.maximum(a!, b!), tf.minimum(a!, b!), tf.squaredDifference(a!, b!)],
  },
  everyPair('mod', tf.mod, { a: { scale: 5 }, b: away }),
]

const compared: Case[] = [
  ['equal', tf.equal],
  ['notEqual', tf.notEqual],
  ['greater', tf.greater],
  ['greaterEqual', tf.greaterEqual],
  ['less', tf.less],
  ['lessEqual', tf.lessEqual],
].map(([name, operation]): Case => ({
  name: `tf.${name as string}`,
  inputs: [integers([1, 2, 3, 1, 2, 3], [2, 3]), integers([1, 2, 2]), floats([2, 3]), exactly([NaN, 0, 1])],
  run: (a, b, x, y) => [(operation as Binary)(a!, b!), (operation as Binary)(x!, y!)],
  gradient: false,
}))

const signed = [integers([7, -7, 7, -7, 6, -6, 0]), integers([3, 3, -3, -3, 3, -3, 5])]

const whole: Case[] = [
  {
    name: 'binary operations on integers',
    inputs: signed,
    run: (a, b) => [
      tf.add(a!, b!),
      tf.sub(a!, b!),
      tf.mul(a!, b!),
      tf.div(a!, b!),
      tf.floorDiv(a!, b!),
      tf.maximum(a!, b!),
      tf.minimum(a!, b!),
      tf.squaredDifference(a!, b!),
    ],
  },
  { name: 'tf.mod of both signs', inputs: signed, run: (a, b) => tf.mod(a!, b!) },
  {
    name: 'tf.mod of both signs, float',
    inputs: [exactly([7.5, -7.5, 7.5, -7.5, 6, -6]), exactly([3, 3, -3, -3, 3, -3])],
    run: (a, b) => tf.mod(a!, b!),
    gradient: false,
  },
  {
    name: 'tf.floorDiv of floats',
    inputs: [exactly([7.5, -7.5, 7.5, -7.5, 6, -6]), exactly([3, 3, -3, -3, 3, -3])],
    run: (a, b) => tf.floorDiv(a!, b!),
    gradient: false,
    javascript: 'nothing', // gives int32
  },
  {
    name: 'arithmetic of empty tensors',
    inputs: [floats([0, 3]), floats([1, 3]), floats([1]), floats([1, 1])],
    run: (a, b, c, d) => [tf.add(a!, b!), tf.maximum(a!, b!), tf.greater(a!, b!), tf.div(c!, d!)],
    gradient: false,
  },
  {
    name: 'tf.pow of integers',
    inputs: [integers([2, -3, 5, 0]), integers([3, 3, 0, 2])],
    run: (a, b) => tf.pow(a!, b!),
  },
  {
    name: 'logical operations',
    inputs: [flags([1, 1, 0, 0], [4, 1]), flags([1, 0])],
    run: (a, b) => [tf.logicalAnd(a!, b!), tf.logicalOr(a!, b!), tf.logicalXor(a!, b!)],
  },
]

const choices: Case[] = [
  {
    name: 'tf.where with a condition of the same shape',
    inputs: [flags([1, 0, 0, 1, 1, 0], [2, 3]), floats([2, 3], 1), floats([2, 3], 2)],
    run: (c, a, b) => tf.where(c!, a!, b!),
  },
  {
    name: 'tf.where that broadcasts',
    inputs: [flags([1, 0], [2, 1]), floats([1, 3], 1), floats([2, 3], 2)],
    run: (c, a, b) => tf.where(c!, a!, b!),
    gradient: false,
  },
  {
    name: 'tf.addN',
    inputs: [floats([2, 1], 1), floats([2, 1], 2), floats([2, 1], 3)],
    run: (...inputs) => tf.addN(inputs),
  },
  {
    name: 'constants and scalars beside tensors',
    inputs: [floats([2, 3])],
    run: (x) => [
      tf.add(tf.mul(x!, 0.5), 3),
      tf.sub(1, x!),
      tf.add(x!, tf.tensor1d([1, 1, 1])),
      tf.mul(x!, tf.ones([2, 3])),
    ],
  },
]

export const binary: Case[] = [...floating, ...compared, ...whole, ...choices, someSums()]

function someSums(): Case {
  return {
    name: 'arithmetic of integers of many ranks',
    inputs: [someIntegers([2, 3, 1], -9, 9, 3), someIntegers([1, 3, 2], 1, 9, 4)],
    run: (a, b) => [tf.floorDiv(a!, b!), tf.mod(a!, b!)],
  }
}
