import { attribute, runOperations } from '../../../../../core/tensor/ops/operation.ts'
import { tf } from '../../../../../core/tensor/tfjs.ts'
import { floats, integers, type Case } from '../support/case.ts'
import { ints, raw, scalar, withConstants } from '../support/raw.ts'

const { type, int, bool } = attribute
const T = type('T', 'float32')

const sliced = (masks: Record<string, number>) => [
  T,
  type('Index', 'int32'),
  ...['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map((name) =>
    int(name, masks[name] ?? 0),
  ),
]

/** Shapes by operations that only libtensorflow can confirm. */
export const rawShapes: Case[] = [
  withConstants(
    'strided slices with ellipsis and new axes',
    [floats([2, 3, 4, 5])],
    [
      ['StridedSlice', sliced({ ellipsis_mask: 2 }), [0], () => [ints(1, 0, 0), ints(2, 0, 3), ints(1, 1, 2)]],
      [
        'StridedSlice',
        sliced({ ellipsis_mask: 1, shrink_axis_mask: 2 }),
        [0],
        () => [ints(0, -1), ints(0, 0), ints(1, 1)],
      ],
      ['StridedSlice', sliced({ new_axis_mask: 3 }), [0], () => [ints(0, 0, 1), ints(0, 0, 2), ints(1, 1, 1)]],
      [
        'StridedSlice',
        sliced({ ellipsis_mask: 2, new_axis_mask: 4, shrink_axis_mask: 1 }),
        [0],
        () => [ints(0, 0, 0, 4), ints(0, 0, 0, 0), ints(1, 1, 1, -2)],
      ],
    ],
  ),
  withConstants(
    'axes counted from the end',
    [floats([2, 3, 4], 1), integers([0, 2, 1, 1], [2, 2])],
    [
      ['Cumsum', [T, type('Tidx', 'int32'), bool('exclusive', true), bool('reverse', false)], [0], () => [scalar(-2)]],
      ['Cumprod', [T, type('Tidx', 'int32'), bool('exclusive', false), bool('reverse', true)], [0], () => [scalar(-1)]],
      ['Sum', [T, type('Tidx', 'int32'), bool('keep_dims', true)], [0], () => [ints(-1, 0)]],
      ['ArgMax', [T, type('Tidx', 'int32'), type('output_type', 'int32')], [0], () => [scalar(-3)]],
      ['ReverseV2', [T, type('Tidx', 'int32')], [0], () => [ints(-1)]],
      ['ExpandDims', [T, type('Tdim', 'int32')], [0], () => [scalar(-4)]],
      ['EuclideanNorm', [T, type('Tidx', 'int32'), bool('keep_dims', false)], [0], () => [ints(-1)]],
      [
        'GatherV2',
        [int('batch_dims', -1), type('Tparams', 'float32'), type('Tindices', 'int32'), type('Taxis', 'int32')],
        [0, 1],
        () => [scalar(-2)],
      ],
    ],
  ),
  withConstants(
    'OneHot along the first axis',
    [integers([0, 2, 1, 5], [2, 2])],
    [['OneHot', [int('axis', 0), T, type('TI', 'int32')], [0], () => [scalar(3), tf.scalar(2), tf.scalar(-1)]]],
  ),
  withConstants(
    'MatrixBandPart of a batch',
    [floats([2, 4, 3])],
    [
      ['MatrixBandPart', [T, type('Tindex', 'int32')], [0], () => [scalar(1), scalar(0)]],
      ['MatrixBandPart', [T, type('Tindex', 'int32')], [0], () => [scalar(-1), scalar(1)]],
    ],
  ),
  {
    ...raw(
      'Split, SpaceToDepth and DepthToSpace',
      [floats([2, 4, 6, 3], 1), floats([1, 2, 2, 8], 2)],
      [
        ['SpaceToDepth', [T, int('block_size', 2)], [0]],
        ['DepthToSpace', [T, int('block_size', 2)], [1]],
      ],
    ),
  },
  raw(
    'TensorScatterAdd, Squeeze, Shape and Rank',
    [floats([4, 1, 2], 1), integers([3, 0, 3], [3, 1]), floats([3, 1, 2], 2)],
    [
      ['TensorScatterAdd', [T, type('Tindices', 'int32')], [0, 1, 2]],
      ['Squeeze', [T, int('squeeze_dims', [-2])], [0]],
      ['Squeeze', [T, int('squeeze_dims', [])], [0]],
      ['Shape', [T, type('out_type', 'int32')], [0]],
      ['Rank', [T], [0]],
    ],
  ),
  withConstants(
    'Pad',
    [floats([2, 3])],
    [
      [
        'Pad',
        [T, type('Tpaddings', 'int32')],
        [0],
        () => [
          tf.tensor2d(
            [
              [1, 0],
              [0, 2],
            ],
            undefined,
            'int32',
          ),
        ],
      ],
    ],
  ),
  {
    name: 'Split',
    inputs: [floats([2, 6])],
    run: (x) => runOperations('Split', [T, int('num_split', 3)], [scalar(-1), x!], 3),
    gradient: false,
    javascript: 'nothing',
  },
]
