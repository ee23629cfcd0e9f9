import { dataType, type Attribute } from '../../../../../core/tensor/ffi/types.ts'
import { attribute, runOperations } from '../../../../../core/tensor/ops/operation.ts'
import { tf } from '../../../../../core/tensor/tfjs.ts'
import { exactly, flags, floats, integers, type Case, type Input } from '../support/case.ts'

const { type, int, float, bool } = attribute
const T = type('T', 'float32')

/** Operations by TensorFlow's own name, which tfjs does not offer in this form. */
type Use = [name: string, attributes: Attribute[], operands: number[] | 'all', outputs?: number]

/** Runs several operations on the inputs whose numbers are given, beside constants made inside. */
const raw = (name: string, inputs: Input[], uses: Use[]): Case => ({
  name,
  inputs,
  run: (...tensors) =>
    uses.flatMap(([operation, attributes, operands, outputs = 1]) => {
      const chosen = operands === 'all' ? tensors : operands.map((index) => tensors[index]!)
      return runOperations(operation, attributes, chosen, outputs)
    }),
  gradient: false,
  javascript: 'nothing',
})

const ints = (...values: number[]) => tf.tensor1d(values, 'int32')
const scalar = (value: number) => tf.scalar(value, 'int32')

/** Operations whose last inputs are constants. */
const withConstants = (
  name: string,
  inputs: Input[],
  uses: [name: string, attributes: Attribute[], operands: number[], constants: () => tf.Tensor[]][],
): Case => ({
  name,
  inputs,
  run: (...tensors) =>
    uses.flatMap(([operation, attributes, operands, constants]) =>
      runOperations(operation, attributes, [...operands.map((index) => tensors[index]!), ...constants()], 1),
    ),
  gradient: false,
  javascript: 'nothing',
})

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

const sliced = (masks: Record<string, number>) => [
  T,
  type('Index', 'int32'),
  ...['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map((name) =>
    int(name, masks[name] ?? 0),
  ),
]

const shapes: Case[] = [
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
  {
    name: 'Split',
    inputs: [floats([2, 6])],
    run: (x) => runOperations('Split', [T, int('num_split', 3)], [scalar(-1), x!], 3),
    gradient: false,
    javascript: 'nothing',
  },
]

const seeds: Case[] = [
  [0, 0],
  [5, 17],
  [-5, 2 ** 31 - 1],
].map((seed): Case => ({
  name: `random integers from seed ${seed.join(', ')}`,
  inputs: [integers(seed)],
  run: (x) => randomIntegers(x!, [[7], [2, 3], [], [33, 5], [0]]),
  gradient: false,
  javascript: 'nothing',
  tolerance: 0,
}))

/** The generator that our own random numbers are made from; its keys and counters are no tensors of tfjs. */
function randomIntegers(seed: tf.Tensor, shapes: number[][]): tf.Tensor[] {
  const backend = tf.backend() as unknown as {
    binding: {
      executeOp(name: string, attributes: Attribute[], ids: number[], outputs: number): { id: number }[]
    }
    getInputTensorIds(tensors: tf.Tensor[]): number[]
    createOutputTensor(metadata: { id: number }): tf.Tensor
  }
  const [seedId] = backend.getInputTensorIds([seed])
  const keyed = backend.binding.executeOp('StatelessRandomGetKeyCounter', [type('Tseed', 'int32')], [seedId!], 2)
  const [key, counter] = keyed.map(({ id }) => id)
  return shapes.map((shape) => {
    const [lengths, algorithm] = backend.getInputTensorIds([ints(...shape), scalar(1)])
    const attributes = [type('dtype', dataType.int32), type('Tshape', 'int32')]
    const ids = [lengths!, key!, counter!, algorithm!]
    return backend.createOutputTensor(
      backend.binding.executeOp('StatelessRandomUniformFullIntV2', attributes, ids, 1)[0]!,
    )
  })
}

/** Uses of operations that only libtensorflow can confirm. */
export const rawCases: Case[] = [...elementwise, ...slopes, ...losses, ...products, ...norms, ...shapes, ...seeds]
