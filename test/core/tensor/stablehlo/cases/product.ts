import { tf } from '../../../../../core/tensor/tfjs.ts'
import { floats, type Case } from '../support/case.ts'

const transposes = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const

export const product: Case[] = [
  ...transposes.map(([a, b]): Case => {
    const shape = (rows: number, columns: number, turned: boolean) => (turned ? [columns, rows] : [rows, columns])
    return {
      name: `tf.matMul, transposes ${a} and ${b}`,
      inputs: [
        floats(shape(2, 3, a), 1),
        floats(shape(3, 4, b), 2),
        floats([2, 1, ...shape(2, 3, a)], 3),
        floats([2, 1, ...shape(3, 4, b)], 4),
      ],
      run: (x, y, deepX, deepY) => [tf.matMul(x!, y!, a, b), tf.matMul(deepX!, deepY!, a, b)],
    }
  }),
  {
    name: 'tf.matMul that broadcasts its batch axes',
    inputs: [floats([3, 2, 4], 1), floats([4, 5], 2), floats([3, 4, 1], 3), floats([1, 4, 2], 4)],
    run: (x, shared, batch, single) => [
      tf.matMul(x!, shared!),
      tf.matMul(x!, single!),
      tf.matMul(shared!, batch!, true, false),
    ],
    gradient: false,
  },
  {
    name: 'tf.matMul that broadcasts both operands',
    inputs: [floats([2, 1, 2, 4], 1), floats([3, 4, 1], 2)],
    run: (a, b) => tf.matMul(a!, b!),
    gradient: false,
    javascript: 'nothing', // gives wrong numbers
  },
  {
    name: 'tf.matMul of empty and thin matrices',
    inputs: [floats([0, 3], 1), floats([3, 2], 2), floats([2, 0], 3), floats([0, 4], 4), floats([1, 1], 5)],
    run: (a, b, c, d, e) => [tf.matMul(a!, b!), tf.matMul(c!, d!), tf.matMul(e!, e!)],
    gradient: false,
  },
  {
    name: 'products of transposed tensors',
    inputs: [floats([2, 5, 3, 4], 1), floats([2, 6, 3, 4], 2), floats([3, 2], 3)],
    run: (q, k, w) => {
      const heads = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1, 3])
      return [
        tf.matMul(heads(q!), heads(k!), false, true),
        tf.matMul(heads(q!), tf.transpose(k!, [0, 2, 3, 1])),
        tf.matMul(tf.transpose(w!), w!),
        tf.matMul(w!, tf.transpose(w!)),
      ]
    },
  },
  {
    name: 'tf.dot and outerProduct',
    inputs: [floats([3], 1), floats([3], 2), floats([3, 2], 3)],
    run: (a, b, m) => [tf.dot(a!, b!), tf.dot(a!, m!), tf.outerProduct(a! as tf.Tensor1D, b! as tf.Tensor1D)],
  },
  {
    name: 'tf.einsum',
    inputs: [floats([2, 3, 4], 1), floats([2, 4, 5], 2), floats([3], 3), floats([2, 3], 4)],
    run: (x, y, v, m) => [
      tf.einsum('bij,bjk->bik', x!, y!),
      tf.einsum('bij,bjk->ki', x!, y!),
      tf.einsum('bij->jb', x!),
      tf.einsum('i,bi->b', v!, m!),
      tf.einsum('i,j->ij', v!, v!),
      tf.einsum('ij->', m!),
    ],
    gradient: false,
  },
  {
    name: 'tf.fused.matMul',
    inputs: [floats([2, 3], 1), floats([3, 4], 2), floats([4], 3)],
    run: (a, b, bias) =>
      (['linear', 'relu', 'elu', 'sigmoid'] as const).map((activation) =>
        tf.fused.matMul({ a: a! as tf.Tensor2D, b: b! as tf.Tensor2D, bias: bias!, activation }),
      ),
    gradient: false,
  },
]
