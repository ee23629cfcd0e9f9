import { attribute, runOperations } from '../../../../../core/tensor/ops/operation.ts'
import { tf } from '../../../../../core/tensor/tfjs.ts'
import { exactly, flags, floats, integers, type Case } from '../support/case.ts'
import { raw, type Use } from '../support/raw.ts'

const { type, float, bool } = attribute
const T = type('T', 'float32')

const unaries = ['Erfc', 'Softsign', 'Rint', 'Inv', 'Lgamma', 'Digamma', 'LogSoftmax', 'L2Loss', 'StopGradient']

const elementwise: Case[] = [
  raw(
    'unary operations beyond tfjs',
    [floats([3, 4], 1, { shift: 1.5 })],
    [
      ...unaries.map((name): Use => [name, [T], 'all']),
      ['EnsureShape', [T, { name: 'shape', type: 5, value: [3, 4] }], 'all'],
    ],
  ),
  { ...raw('Erfinv', [floats([3, 4], 1, { scale: 0.99 })], [['Erfinv', [T], 'all']]), tolerance: 1e-4 },
  raw(
    'bitwise operations',
    [integers([5, -7, 2 ** 30, 0]), integers([3, 6, 1, 4])],
    [
      ...['BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'LeftShift', 'RightShift'].map((name): Use => [
        name,
        [type('T', 'int32')],
        'all',
      ]),
      ['Invert', [type('T', 'int32')], [0]],
    ],
  ),
  raw(
    'division that rounds towards zero',
    [integers([7, -7, 7, -7]), integers([3, 3, -3, -3])],
    [
      ['TruncateDiv', [type('T', 'int32')], 'all'],
      ['TruncateMod', [type('T', 'int32')], 'all'],
      ['FloorDiv', [type('T', 'int32')], 'all'],
      ['FloorMod', [type('T', 'int32')], 'all'],
      ['Mod', [type('T', 'int32')], 'all'],
    ],
  ),
  raw(
    'choices that broadcast',
    [flags([1, 0], [2, 1]), floats([1, 3], 1), floats([2, 3], 2), flags([0, 1])],
    [
      ['SelectV2', [T], [0, 1, 2]],
      ['Select', [T], [3, 2, 2]],
    ],
  ),
  raw(
    'AddV2, DivNoNan and ClipByValue',
    [floats([2, 3], 1), exactly([1, 0, -2]), exactly([0.3], [])],
    [
      ['AddV2', [T], [0, 1]],
      ['Div', [T], [0, 2]],
      ['DivNoNan', [T], [0, 1]],
      ['ClipByValue', [T], [0, 2, 2]],
      ['Identity', [T], [0]],
    ],
  ),
]

const slopes: Case[] = [
  raw(
    'gradient operations of activations',
    [floats([3, 4], 1), floats([3, 4], 2, { scale: 7 })],
    [
      ...['ReluGrad', 'Relu6Grad', 'SoftplusGrad', 'SoftsignGrad'].map((name): Use => [name, [T], [0, 1]]),
      ['LeakyReluGrad', [T, float('alpha', 0.3)], [0, 1]],
    ],
  ),
  raw(
    'gradient operations that read outputs',
    [floats([3, 4], 1), floats([3, 4], 2, { scale: 0.9 })],
    [
      ...['EluGrad', 'SeluGrad'].map((name): Use => [name, [T], [0, 1]]),
      ...['TanhGrad', 'SigmoidGrad', 'SqrtGrad', 'RsqrtGrad', 'ReciprocalGrad', 'InvGrad'].map((name): Use => [
        name,
        [T],
        [1, 0],
      ]),
    ],
  ),
]

const losses: Case[] = [
  raw(
    'cross-entropy',
    [floats([4, 5], 1, { scale: 5 }), integers([0, 4, 2, 2]), floats([4, 5], 2, { shift: 1 })],
    [
      ['SparseSoftmaxCrossEntropyWithLogits', [T, type('Tlabels', 'int32')], [0, 1], 2],
      ['SoftmaxCrossEntropyWithLogits', [T], [0, 2], 2],
    ],
  ),
]

const products: Case[] = [
  raw(
    'BiasAdd and its gradient',
    [floats([2, 3, 4], 1), floats([4], 2)],
    [
      ['BiasAdd', [T], [0, 1]],
      ['BiasAddGrad', [T], [0]],
    ],
  ),
  raw(
    'batch products with adjoints',
    [floats([2, 3, 4], 1), floats([2, 4, 3], 2), floats([4, 3], 3)],
    [
      ['BatchMatMulV2', [T, bool('adj_x', true), bool('adj_y', true)], [0, 1]],
      ['BatchMatMulV2', [T, bool('adj_x', false), bool('adj_y', true)], [0, 0]],
      ['BatchMatMulV2', [T, bool('adj_x', true), bool('adj_y', false)], [1, 2]],
      ['BatchMatMul', [T, bool('adj_x', true), bool('adj_y', false)], [0, 0]],
    ],
  ),
  raw(
    'products of integers',
    [integers([1, 2, 3, 4], [2, 2])],
    [['MatMul', [type('T', 'int32'), bool('transpose_a', true), bool('transpose_b', false)], [0, 0]]],
  ),
]

const normalisationInputs = [
  floats([2, 3, 2, 4], 1, { scale: 3, shift: 1 }),
  floats([4], 2, { shift: 1.5 }),
  floats([4], 3),
  floats([4], 4),
  floats([4], 5, { shift: 1.5 }),
  floats([2, 3, 2, 4], 6),
]
const trained = [T, type('U', 'float32'), float('epsilon', 1e-3), bool('is_training', true)]
const fixed = [T, type('U', 'float32'), float('epsilon', 1e-3), bool('is_training', false)]

const norms: Case[] = [
  {
    name: 'FusedBatchNormV3 in training and its gradient',
    inputs: normalisationInputs,
    run: (x, scale, offset, _mean, _variance, dy) => {
      const none = tf.zeros([0])
      const results = runOperations('FusedBatchNormV3', trained, [x!, scale!, offset!, none, none], 6)
      const [, , , mean, variance, rest] = results as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      const slope = runOperations('FusedBatchNormGradV3', trained, [dy!, x!, scale!, mean, variance, rest], 5)
      return [...results.slice(0, 3), ...slope.slice(0, 3)]
    },
    gradient: false,
    javascript: 'nothing',
  },
  {
    name: 'FusedBatchNormV3 with given moments and its gradient',
    inputs: normalisationInputs,
    run: (x, scale, offset, mean, variance, dy) => [
      runOperations('FusedBatchNormV3', fixed, [x!, scale!, offset!, mean!, variance!], 6)[0]!,
      ...runOperations('FusedBatchNormGradV3', fixed, [dy!, x!, scale!, mean!, variance!, mean!], 5).slice(0, 3),
    ],
    gradient: false,
    javascript: 'nothing',
  },
]

/** Values by operations that only libtensorflow can confirm. */
export const rawCases: Case[] = [...elementwise, ...slopes, ...losses, ...products, ...norms]
