import { tf } from '../../../../../core/tensor/tfjs.ts'
import { floats, integers, type Case } from '../support/case.ts'

export const gather: Case[] = [
  {
    name: 'tf.gather along each axis',
    inputs: [floats([4, 3, 2]), integers([3, 0, 0]), integers([1, 0, 1, 1], [2, 2])],
    run: (x, i, j) => [
      tf.gather(x!, i!),
      tf.gather(x!, j!, 1),
      tf.gather(x!, j!, -1),
      tf.gather(x!, tf.scalar(2, 'int32')),
    ],
  },
  {
    name: 'tf.gather with batch dimensions',
    inputs: [floats([2, 4, 3]), integers([3, 0, 1, 1], [2, 2]), integers([2, 0, 1, 1, 0, 2, 2, 1], [2, 4])],
    run: (x, i, j) => [tf.gather(x!, i!, 1, 1), tf.gather(x!, i!, 1, 0), tf.gather(x!, j!, 2, 1)],
    gradient: false,
  },
  {
    name: 'tf.gather of nothing',
    inputs: [floats([4, 3]), integers([], [0])],
    run: (x, i) => tf.gather(x!, i!),
    gradient: false,
  },
  {
    name: 'tf.gatherND',
    inputs: [floats([3, 4, 2]), integers([2, 1, 0, 3], [2, 2]), integers([1, 2], [2, 1]), integers([1, 3, 1], [1, 3])],
    run: (x, pairs, rows, single) => [tf.gatherND(x!, pairs!), tf.gatherND(x!, rows!), tf.gatherND(x!, single!)],
    gradient: false,
  },
  {
    name: 'tf.scatterND adds up',
    inputs: [floats([3, 2]), integers([1, 0, 1], [3, 1]), floats([2], 2), integers([0, 1, 2, 2], [2, 2])],
    run: (rows, at, values, pairs) => [
      tf.scatterND(at! as tf.Tensor2D, rows!, [4, 2]),
      tf.scatterND(pairs! as tf.Tensor2D, values! as tf.Tensor1D, [3, 3]),
    ],
    gradient: false,
  },
  {
    name: 'tf.unsortedSegmentSum',
    inputs: [floats([5, 3]), integers([2, 0, 2, -1, 0]), floats([4], 2), integers([0, 0, 1, 0])],
    run: (x, i, row, j) => [
      tf.unsortedSegmentSum(x!, i! as tf.Tensor1D, 4),
      tf.unsortedSegmentSum(row!, j! as tf.Tensor1D, 2),
    ],
  },
  {
    name: 'tf.tensorScatterUpdate and sparseToDense',
    inputs: [floats([4, 2]), integers([3, 0], [2, 1]), floats([2, 2], 2), integers([1, 4], [2, 1]), floats([2], 3)],
    run: (x, at, rows, places, values) => [
      tf.tensorScatterUpdate(x!, at!, rows!),
      tf.sparseToDense(places!, values!, [6], tf.scalar(-1)),
    ],
    gradient: false,
  },
  {
    name: 'tf.bincount',
    inputs: [integers([1, 3, 1, 0]), floats([4])],
    run: (i, weights) => tf.bincount(i! as tf.Tensor1D, weights! as tf.Tensor1D, 5),
    gradient: false,
  },
]
