import { tf } from '../../../../../core/tensor/tfjs.ts'
import { exactly, flags, floats, integers, oddFloats, type Case } from '../support/case.ts'

type Reduction = (x: tf.Tensor, axis?: number | number[], keep?: boolean) => tf.Tensor

/** Over all, each and several axes, negative ones and kept ones; ranks 0 to 5. */
const reduction = (name: string, operation: Reduction, shift = 0): Case => ({
  name: `tf.${name}`,
  inputs: [floats([2, 3, 4], 1, { shift }), floats([], 2), floats([5], 3), floats([2, 1, 3, 1, 2], 4, { shift })],
  run: (x, scalar, row, deep) => [
    operation(x!),
    operation(x!, 0),
    operation(x!, -1, true),
    operation(x!, [0, 2]),
    operation(x!, [-1, 1], true),
    operation(scalar!),
    operation(row!, 0),
    operation(deep!, [1, 3]),
    operation(deep!, [-1], true),
  ],
})

const numeric: Case[] = [
  reduction('sum', tf.sum),
  reduction('mean', tf.mean),
  { ...reduction('max', tf.max), gradient: false },
  { ...reduction('min', tf.min), gradient: false },
  {
    name: 'tf.max with its gradient',
    inputs: [floats([2, 3, 4])],
    run: (x) => [tf.max(x!, 1), tf.max(x!, [0, 2], true)],
  },
  { name: 'tf.min with its gradient', inputs: [floats([2, 3, 4])], run: (x) => [tf.min(x!, -1), tf.min(x!)] },
  { ...reduction('prod', tf.prod, 1.5), gradient: false },
  { name: 'tf.prod with its gradient', inputs: [floats([3, 4], 1, { shift: 1.5 })], run: (x) => tf.prod(x!, 1) },
  reduction('logSumExp', tf.logSumExp),
  {
    name: 'tf.norm and tf.moments',
    inputs: [floats([3, 4])],
    run: (x) => [tf.norm(x!), tf.norm(x!, 1, 1), tf.moments(x!, 0).mean, tf.moments(x!, 0).variance],
  },
  {
    name: 'reductions of integers and over no axis',
    inputs: [integers([3, -1, 4, 1, -5, 9], [2, 3]), floats([2, 3])],
    run: (i, x) => [tf.sum(i!, 0), tf.max(i!, 1), tf.min(i!), tf.prod(i!, 1), tf.mean(i!, 0), tf.sum(x!, [])],
    gradient: false,
  },
  {
    name: 'reductions over an axis of length 0',
    inputs: [floats([0, 3]), floats([2, 0])],
    run: (x, y) => [tf.sum(x!, 0), tf.sum(x!, 1), tf.sum(y!), tf.prod(y!, 1)],
    gradient: false,
  },
]

const logical: Case[] = [
  {
    name: 'tf.all and tf.any',
    inputs: [flags([1, 1, 0, 1, 1, 1], [2, 3])],
    run: (b) => [tf.all(b!), tf.all(b!, 1), tf.any(b!, 0, true), tf.any(b!), tf.all(b!, -1, true)],
  },
]

const positions: Case[] = [
  {
    name: 'tf.argMax and tf.argMin',
    inputs: [floats([2, 3, 4]), floats([6], 2), integers([3, 9, 9, -2], [2, 2])],
    run: (x, row, i) => [
      tf.argMax(x!, 0),
      tf.argMax(x!, 1),
      tf.argMax(x!, -1),
      tf.argMin(x!, 2),
      tf.argMax(row!),
      tf.argMin(row!),
      tf.argMax(i!, 1),
    ],
    gradient: false,
  },
  {
    name: 'tf.argMax takes the first of equals',
    inputs: [exactly([1, 2, 2, 0, 0, 0], [2, 3])],
    run: (x) => [tf.argMax(x!, 1), tf.argMin(x!, 1), tf.argMax(x!, 0)],
    gradient: false,
  },
  {
    name: 'tf.topk',
    inputs: [floats([3, 7]), exactly([1, 3, 3, 2, 3])],
    run: (x, ties) => {
      const [best, all, equal] = [tf.topk(x!, 2), tf.topk(x!, 7), tf.topk(ties!, 4)]
      return [best.values, best.indices, all.values, all.indices, equal.values, equal.indices]
    },
    gradient: false,
  },
]

const scans: Case[] = [
  {
    name: 'tf.cumsum',
    inputs: [floats([2, 3, 4]), floats([1]), floats([5], 3)],
    run: (x, one, row) => [
      tf.cumsum(x!, 2),
      tf.cumsum(one!),
      tf.cumsum(row!, 0, true),
      tf.cumsum(row!, 0, false, true),
      tf.cumsum(row!, 0, true, true),
    ],
  },
  {
    name: 'tf.cumsum and tf.cumprod along other axes',
    inputs: [floats([2, 3, 4]), floats([0, 3])],
    run: (x, empty) => [
      tf.cumsum(x!, 0),
      tf.cumsum(x!, 1, true),
      tf.cumprod(x!, 1),
      tf.cumprod(x!, 2, true, true),
      tf.cumsum(empty!, 0),
    ],
    gradient: false,
  },
  {
    name: 'tf.cumsum of integers and of many numbers',
    inputs: [integers([3, -1, 4, 1, -5, 9], [2, 3]), floats([1, 200])],
    run: (i, x) => [tf.cumsum(i!, 1), tf.cumsum(x!, 1)],
    gradient: false,
    tolerance: 1e-4,
  },
]

const softmaxes: Case[] = [
  {
    name: 'tf.softmax and tf.logSoftmax',
    inputs: [floats([2, 3, 4], 1, { scale: 5 }), floats([1, 1], 2), floats([6], 3, { scale: 50 })],
    run: (...inputs) => inputs.flatMap((x) => [tf.softmax(x), tf.logSoftmax(x)]),
  },
  {
    name: 'sums of every odd shape',
    inputs: oddFloats(),
    run: (...inputs) => inputs.map((x) => tf.sum(x)),
  },
]

export const reduce: Case[] = [...numeric, ...logical, ...positions, ...scans, ...softmaxes]
