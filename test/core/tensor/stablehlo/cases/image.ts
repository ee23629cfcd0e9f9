import { tf } from '../../../../../core/tensor/tfjs.ts'
import { floats, type Case } from '../support/case.ts'

type Image = tf.Tensor4D

const convolutions: Case[] = [
  ...(['valid', 'same'] as const).flatMap((padding) =>
    ([1, 2, [2, 3]] as (number | [number, number])[]).map((strides): Case => ({
      name: `tf.conv2d, ${padding}, strides ${strides}`,
      inputs: [floats([2, 7, 6, 3], 1), floats([3, 2, 3, 4], 2)],
      run: (x, w) => tf.conv2d(x! as Image, w! as Image, strides, padding),
    })),
  ),
  {
    name: 'tf.conv2d of patches and of single pixels',
    inputs: [floats([2, 8, 8, 3], 1), floats([4, 4, 3, 5], 2), floats([1, 1, 3, 2], 3)],
    run: (x, patch, single) => [
      tf.conv2d(x! as Image, patch! as Image, 4, 'valid'),
      tf.conv2d(x! as Image, single! as Image, 1, 'same'),
    ],
  },
  {
    name: 'tf.conv2d, explicit padding and dilation',
    inputs: [floats([1, 7, 6, 2], 1), floats([3, 2, 2, 3], 2)],
    run: (x, w) => [
      tf.conv2d(x! as Image, w! as Image, 2, [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ]),
      tf.conv2d(x! as Image, w! as Image, 1, 'valid', 'NHWC', [2, 3]),
      tf.conv2d(x! as Image, w! as Image, 1, 'same', 'NHWC', 2),
    ],
    gradient: false,
  },
  {
    name: 'tf.conv1d and conv2dTranspose',
    inputs: [floats([2, 9, 3], 1), floats([3, 3, 4], 2), floats([1, 3, 4, 2], 3), floats([3, 3, 5, 2], 4)],
    run: (x, w, image, kernel) => [
      tf.conv1d(x! as tf.Tensor3D, w! as tf.Tensor3D, 2, 'same'),
      tf.conv2dTranspose(image! as Image, kernel! as Image, [1, 6, 8, 5], 2, 'same'),
    ],
  },
  ...(['valid', 'same'] as const).map((padding): Case => ({
    name: `tf.depthwiseConv2d, ${padding}`,
    inputs: [floats([2, 7, 6, 3], 1), floats([3, 2, 3, 2], 2), floats([3, 3, 3, 1], 3)],
    run: (x, w, single) => [
      tf.depthwiseConv2d(x! as Image, w! as Image, 1, padding),
      tf.depthwiseConv2d(x! as Image, single! as Image, 2, padding),
    ],
  })),
  {
    name: 'tf.conv3d',
    inputs: [floats([1, 4, 5, 3, 2], 1), floats([2, 3, 2, 2, 3], 2)],
    run: (x, w) => [
      tf.conv3d(x! as tf.Tensor5D, w! as tf.Tensor5D, 1, 'valid'),
      tf.conv3d(x! as tf.Tensor5D, w! as tf.Tensor5D, [2, 1, 2], 'same'),
    ],
  },
]

const poolings: Case[] = (['valid', 'same'] as const).flatMap((padding): Case[] => [
  {
    name: `tf.maxPool, ${padding}`,
    inputs: [floats([2, 7, 6, 3], 1)],
    run: (x) => [tf.maxPool(x! as Image, 2, 2, padding), tf.maxPool(x! as Image, [3, 2], [1, 2], padding)],
  },
  {
    name: `tf.avgPool, ${padding}`,
    inputs: [floats([2, 7, 6, 3], 1)],
    run: (x) => [tf.avgPool(x! as Image, 2, 2, padding), tf.avgPool(x! as Image, [3, 2], [1, 2], padding)],
    javascript: padding === 'same' ? 'values' : undefined, // its gradients count the padding
  },
  {
    name: `tf.maxPool3d and avgPool3d, ${padding}`,
    inputs: [floats([1, 4, 5, 4, 2], 1)],
    run: (x) => [
      tf.maxPool3d(x! as tf.Tensor5D, 2, 2, padding),
      tf.avgPool3d(x! as tf.Tensor5D, [2, 3, 2], [2, 1, 1], padding),
    ],
    javascript: padding === 'same' ? 'values' : undefined,
  },
])

const sizes = [
  [2, 2],
  [8, 3],
  [5, 6],
  [1, 1],
  [13, 11],
] as [number, number][]

const resizes: Case[] = (
  [
    [false, false],
    [true, false],
    [false, true],
  ] as const
).flatMap(([corners, centres]): Case[] => {
  const how = centres ? 'half-pixel centres' : corners ? 'aligned corners' : 'plain'
  return [
    {
      name: `tf.image.resizeBilinear, ${how}`,
      inputs: [floats([2, 5, 6, 2])],
      run: (x) => sizes.map((size) => tf.image.resizeBilinear(x! as Image, size, corners, centres)),
      gradient: !centres,
      javascript: 'values', // its gradients are for square images
    },
    {
      name: `tf.image.resizeNearestNeighbor, ${how}`,
      inputs: [floats([2, 5, 6, 2])],
      run: (x) => sizes.map((size) => tf.image.resizeNearestNeighbor(x! as Image, size, corners, centres)),
      gradient: !centres,
      javascript: 'values',
    },
  ]
})

const rest: Case[] = [
  {
    name: 'tf.batchNorm',
    inputs: [
      floats([2, 3, 2, 4], 1),
      floats([4], 2),
      floats([4], 3, { shift: 1.5 }),
      floats([4], 4),
      floats([4], 5, { shift: 1.5 }),
      floats([6, 4], 6),
    ],
    run: (x, mean, variance, offset, scale, flat) =>
      [x!, flat!].map((y) =>
        tf.batchNorm(y, mean! as tf.Tensor1D, variance! as tf.Tensor1D, offset! as tf.Tensor1D, scale! as tf.Tensor1D),
      ),
  },
  {
    name: 'tf.depthToSpace',
    inputs: [floats([2, 2, 3, 8], 1)],
    run: (x) => tf.depthToSpace(x! as Image, 2),
    gradient: false,
  },
  {
    name: 'tf.spaceToBatchND and batchToSpaceND',
    inputs: [floats([2, 4, 5, 3], 1), floats([8, 2, 2, 3], 2)],
    run: (x, y) => [
      tf.spaceToBatchND(
        x!,
        [2, 3],
        [
          [0, 0],
          [1, 0],
        ],
      ),
      tf.batchToSpaceND(
        y!,
        [2, 2],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ],
  },
  {
    name: 'tf.image.flipLeftRight',
    inputs: [floats([2, 3, 4, 2])],
    run: (x) => tf.image.flipLeftRight(x! as Image),
    gradient: false,
  },
]

export const image: Case[] = [...convolutions, ...poolings, ...resizes, ...rest]
