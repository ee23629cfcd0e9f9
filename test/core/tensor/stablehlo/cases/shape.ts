import { tf } from '../../../../../core/tensor/tfjs.ts'
import { flags, floats, integers, type Case } from '../support/case.ts'

const shaped: Case[] = [
  {
    name: 'tf.reshape, expandDims and squeeze',
    inputs: [floats([2, 3, 4]), floats([], 2), floats([1, 3, 1], 3), floats([0, 3], 4)],
    run: (x, scalar, thin, empty) => [
      tf.reshape(x!, [4, 6]),
      tf.reshape(x!, [-1]),
      tf.reshape(x!, [2, -1, 2]),
      tf.reshape(scalar!, [1, 1]),
      tf.expandDims(x!, 0),
      tf.expandDims(x!, -1),
      tf.squeeze(thin!),
      tf.squeeze(thin!, [2]),
      tf.squeeze(thin!, [-3]),
      tf.reshape(empty!, [3, 0, 2]),
    ],
  },
  {
    name: 'tf.transpose',
    inputs: [floats([2, 3, 4]), floats([3], 2), floats([2, 1, 3, 1, 2], 3), floats([], 4)],
    run: (x, row, deep, scalar) => [
      tf.transpose(x!),
      tf.transpose(x!, [0, 2, 1]),
      tf.transpose(x!, [1, 0, 2]),
      tf.transpose(row!),
      tf.transpose(deep!, [4, 2, 0, 1, 3]),
      tf.transpose(scalar!),
    ],
  },
  {
    name: 'tf.concat',
    inputs: [floats([2, 3], 1), floats([2, 1], 2), floats([2, 0], 3), floats([4, 3], 4)],
    run: (a, b, empty, c) => [tf.concat([a!, b!], 1), tf.concat([a!, empty!, b!], -1), tf.concat([a!, c!], 0)],
  },
  {
    name: 'tf.stack and tf.unstack',
    inputs: [floats([2, 3], 1), floats([2, 3], 2), floats([], 3)],
    run: (a, b, scalar) => [
      tf.stack([a!, b!]),
      tf.stack([a!, b!], 1),
      tf.stack([a!, b!], -1),
      tf.stack([scalar!, scalar!]),
      ...tf.unstack(a!),
      ...tf.unstack(b!, -1),
    ],
  },
  {
    name: 'tf.split',
    inputs: [floats([2, 6], 1), floats([5, 2], 2)],
    run: (x, y) => [...tf.split(x!, 3, 1), ...tf.split(y!, [1, 0, 4]), ...tf.split(x!, [2, -1], -1)],
  },
  {
    name: 'tf.tile',
    inputs: [floats([2, 3], 1), floats([1, 2, 1], 2), floats([3], 3)],
    run: (x, y, row) => [tf.tile(x!, [2, 1]), tf.tile(y!, [3, 2, 2]), tf.tile(row!, [1]), tf.tile(x!, [1, 2])],
  },
  {
    name: 'tf.broadcastTo',
    inputs: [floats([3, 1], 1), floats([], 2)],
    run: (x, scalar) => [tf.broadcastTo(x!, [2, 3, 4]), tf.broadcastTo(scalar!, [2, 2])],
    gradient: false,
  },
  {
    name: 'tf.reverse',
    inputs: [floats([2, 3, 4]), floats([5], 2)],
    run: (x, row) => [tf.reverse(x!), tf.reverse(x!, 1), tf.reverse(x!, [0, -1]), tf.reverse(row!)],
  },
]

const slices: Case[] = [
  {
    name: 'tf.slice',
    inputs: [floats([4, 5], 1), floats([3, 1, 2], 2), floats([6], 3)],
    run: (x, y, row) => [
      tf.slice(x!, [1, 2], [2, 3]),
      tf.slice(x!, [1, 0], [-1, 2]),
      tf.slice(x!, [0, 0], [0, 5]),
      tf.slice(y!, [2], [1]),
      tf.slice(row!, 2),
    ],
  },
  {
    name: 'tf.stridedSlice with strides and masks',
    inputs: [floats([5, 6]), floats([2, 3, 4], 2)],
    run: (x, y) => [
      tf.stridedSlice(x!, [1, 0], [5, 6], [2, 3]),
      tf.stridedSlice(x!, [-3, 1], [-1, 100], [1, 2]),
      tf.stridedSlice(x!, [4, 5], [0, 0], [-2, -1]),
      tf.stridedSlice(x!, [1, 2], [2, 3], [1, 1], 3, 3),
      tf.stridedSlice(x!, [0, 0], [0, 0], [-1, 1], 3, 3),
      tf.stridedSlice(x!, [1, -1], [2, 0], [1, 1], 0, 0, 0, 0, 3),
      tf.stridedSlice(y!, [0, 1], [1, 2], [1, 1], 0, 0, 0, 0, 1),
    ],
    gradient: false,
  },
  {
    name: 'tf.stridedSlice of nothing',
    inputs: [floats([5, 6])],
    run: (x) => tf.stridedSlice(x!, [3, 0], [1, 6], [1, 1]),
    gradient: false,
    javascript: 'nothing', // refuses it
  },
  {
    name: 'tf.pad and tf.mirrorPad',
    inputs: [floats([3, 4], 1), floats([2], 2), floats([0, 3], 3)],
    run: (x, row, empty) => [
      tf.pad(x!, [
        [1, 2],
        [0, 1],
      ]),
      tf.pad(row!, [[2, 0]], 7),
      tf.pad(empty!, [
        [1, 1],
        [0, 0],
      ]),
      tf.mirrorPad(
        x!,
        [
          [1, 2],
          [2, 0],
        ],
        'reflect',
      ),
      tf.mirrorPad(
        x!,
        [
          [3, 1],
          [0, 4],
        ],
        'symmetric',
      ),
    ],
  },
]

const filled: Case[] = [
  {
    name: 'tf.fill, range, linspace and eye',
    inputs: [floats([2, 3])],
    run: (x) => [
      tf.mul(x!, tf.fill([2, 3], 2.5)),
      tf.add(x!, tf.range(0, 3)),
      tf.add(x!, tf.range(5, -1, -2)),
      tf.add(x!, tf.linspace(-1, 1, 3)),
      tf.matMul(x! as tf.Tensor2D, tf.eye(3)),
      tf.fill([0, 2], 3),
      tf.range(0, 4, 1, 'int32'),
    ],
    gradient: false,
  },
  {
    name: 'tf.oneHot',
    inputs: [integers([0, 2, 1, 5, -1]), integers([1, 0, 2, 2], [2, 2])],
    run: (i, j) => [tf.oneHot(i! as tf.Tensor1D, 4), tf.oneHot(j!, 3, 5, -2), tf.oneHot(j!, 3, 1, 0, 'int32')],
  },
  {
    name: 'tf.diag and tf.linalg.bandPart',
    inputs: [floats([3]), floats([4, 5], 2), floats([2, 2], 3)],
    run: (d, x, square) => [
      tf.diag(d!),
      tf.diag(square!),
      tf.linalg.bandPart(x!, 1, 2),
      tf.linalg.bandPart(x!, -1, 0),
      tf.linalg.bandPart(x!, 0, -1),
    ],
    gradient: false,
  },
  {
    name: 'booleans and integers through shape operations',
    inputs: [integers([1, 2, 3, 4, 5, 6], [2, 3]), flags([1, 0, 1, 1, 0, 0], [2, 3])],
    run: (i, b) => [
      tf.transpose(i!),
      tf.transpose(b!),
      tf.concat([i!, i!], 0),
      tf.concat([b!, b!], 1),
      tf.slice(b!, [0, 1], [2, 2]),
      tf.tile(i!, [1, 2]),
      tf.reverse(i!, 1),
      tf.pad(i!, [
        [0, 1],
        [1, 0],
      ]),
      tf.reshape(b!, [6]),
    ],
  },
]

export const shape: Case[] = [...shaped, ...slices, ...filled]
