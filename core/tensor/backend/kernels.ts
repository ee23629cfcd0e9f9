import { tf } from '../tfjs.ts'
import { attribute, runOperation } from '../ops/operation.ts'

/** Replaces stock kernels that read values back. */
export function registerKernels(backendName: string) {
  tf.unregisterKernel('GatherV2', backendName)
  tf.registerKernel({ kernelName: 'GatherV2', backendName, kernelFunc: gather })
}

/** The stock kernel reads its indices to check them; TensorFlow checks them itself (XLA clamps them). */
const gather: tf.KernelFunc = ({ inputs, attrs }) => {
  const { x, indices } = inputs as { x: tf.Tensor; indices: tf.Tensor }
  const { axis, batchDims } = attrs as { axis: number; batchDims: number }
  const axisTensor = tf.scalar(axis, 'int32')
  const attributes = [
    attribute.int('batch_dims', batchDims),
    attribute.type('Tparams', x.dtype),
    attribute.type('Tindices', indices.dtype),
    attribute.type('Taxis', 'int32'),
  ]
  const result = runOperation('GatherV2', attributes, [x, indices, axisTensor])
  axisTensor.dispose()
  return result
}
