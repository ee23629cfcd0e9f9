import { Fault } from '../../contract/fault.ts'
import { broadcast } from '../ops/broadcast.ts'
import { tf } from '../tfjs.ts'

/** Replaces gradients that make full-size tensors on the host, or that are wrong. */
export function registerGradients() {
  tf.registerGradient({ kernelName: 'Sum', inputsToSave: ['x'], gradFunc: sumGradient })
  tf.registerGradient({ kernelName: 'Mean', inputsToSave: ['x'], gradFunc: meanGradient })
  tf.registerGradient({ kernelName: 'Max', inputsToSave: ['x'], outputsToSave: [true], gradFunc: maxGradient })
  tf.registerGradient({ kernelName: 'BatchMatMul', inputsToSave: ['a', 'b'], gradFunc: matMulGradient })
  tf.registerGradient({ kernelName: 'GatherV2', inputsToSave: ['x', 'indices'], gradFunc: gatherGradient })
}

/** tf.sum: the stock gradient uploads ones of the input's shape. */
const sumGradient: tf.GradFunc = (dy, saved, attributes) => {
  const [x] = saved as [tf.Tensor]
  return { x: () => spread(dy as tf.Tensor, x, attributes) }
}

/** tf.mean: likewise, and the division runs before the broadcast. */
const meanGradient: tf.GradFunc = (dy, saved, attributes) => {
  const [x] = saved as [tf.Tensor]
  const count = x.size / (dy as tf.Tensor).size
  return { x: () => spread(tf.div(dy as tf.Tensor, count), x, attributes) }
}

/** tf.max: equal values share the gradient, as in TensorFlow; the stock gradient gives each of them all of it. */
const maxGradient: tf.GradFunc = (dy, saved, attributes) => {
  const [x, y] = saved as [tf.Tensor, tf.Tensor]
  const axes = new Set(tf.util.parseAxisParam(attributes['reductionIndices'] as number | number[], x.shape))
  const kept = x.shape.map((length, axis) => (axes.has(axis) ? 1 : length))
  const largest = tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32')
  const share = tf.div(tf.reshape(dy as tf.Tensor, kept), tf.sum(largest, [...axes], true))
  return { x: () => tf.mul(largest, share) }
}

function spread(dy: tf.Tensor, x: tf.Tensor, attributes: tf.NamedAttrMap): tf.Tensor {
  const axes = new Set(tf.util.parseAxisParam(attributes['axis'] as number | number[], x.shape))
  const kept = x.shape.map((length, axis) => (axes.has(axis) ? 1 : length))
  return broadcast(tf.reshape(dy, kept), x.shape)
}

/** tf.matMul: the stock gradient has the wrong shape when batch dimensions were broadcast, so that is refused. */
const matMulGradient: tf.GradFunc = (dy, saved, attributes) => {
  const [a, b] = saved as [tf.Tensor, tf.Tensor]
  const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean }
  refuseBroadcast(a, b)
  const d = dy as tf.Tensor
  const first = () => (transposeA ? tf.matMul(b, d, transposeB, true) : tf.matMul(d, b, false, !transposeB))
  const second = () => (transposeB ? tf.matMul(d, a, true, transposeA) : tf.matMul(a, d, !transposeA, false))
  return { a: first, b: second }
}

function refuseBroadcast(a: tf.Tensor, b: tf.Tensor) {
  if (`${a.shape.slice(0, -2)}` === `${b.shape.slice(0, -2)}`) return
  throw new Fault(
    'tensor-broadcast',
    `tf.matMul of [${a.shape.join(', ')}] and [${b.shape.join(', ')}] has no gradient: the batch dimensions differ.`,
    {
      hint: 'Use linear(), or reshape to two dimensions.',
    },
  )
}

/** tf.gather along any axis without batch dimensions: a scatter-add, without the stock gradient's transposes where they would do nothing. */
const gatherGradient: tf.GradFunc = (dy, saved, attributes) => {
  const [x, indices] = saved as [tf.Tensor, tf.Tensor]
  const { axis, batchDims } = attributes as { axis: number; batchDims: number }
  if (batchDims !== 0) throw new Fault('tensor-gradient', 'tf.gather with batch dimensions has no gradient.')
  const along = tf.util.parseAxisParam(axis, x.shape)[0]!
  return { x: () => scatter(dy as tf.Tensor, x, indices, along), indices: () => indices }
}

function scatter(dy: tf.Tensor, x: tf.Tensor, indices: tf.Tensor, axis: number): tf.Tensor {
  const outer = x.shape.slice(0, axis)
  const inner = x.shape.slice(axis + 1)
  const rows = tf.reshape(dy, [...outer, indices.size, ...inner])
  const flat = tf.reshape(indices, [indices.size]) as tf.Tensor1D
  const toFront = [axis, ...outer.keys(), ...inner.map((_, index) => axis + 1 + index)]
  const first = axis === 0 ? rows : tf.transpose(rows, toFront)
  const summed = tf.unsortedSegmentSum(first, flat, x.shape[axis]!)
  const back = [...outer.map((_, index) => index + 1), 0, ...inner.map((_, index) => axis + 1 + index)]
  return axis === 0 ? summed : tf.transpose(summed, back)
}
