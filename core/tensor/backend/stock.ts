import { createRequire } from 'node:module'
import type { tf } from '../tfjs.ts'
import type { createBinding } from '../binding/binding.ts'
import type { Metadata } from '../binding/execute.ts'
import type { Attribute } from '../ffi/types.ts'

/** What the stock backend keeps for each tensor; `values` are host values that have not been uploaded yet. */
export interface TensorData {
  shape: number[]
  dtype: number
  values: ArrayLike<number> | null
  id: number
  refCount: number
}

/** The members of tfjs-node's NodeJSKernelBackend in use. */
export interface StockBackend extends tf.KernelBackend {
  binding: ReturnType<typeof createBinding>
  tensorMap: tf.DataStorage<TensorData>
  createOutputTensor(metadata: Metadata): tf.Tensor
  getInputTensorIds(tensors: tf.TensorInfo[]): number[]
  executeSingleOutput(name: string, attributes: Attribute[], inputs: tf.TensorInfo[]): tf.Tensor
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: tf.TensorInfo[], outputs: number): tf.Tensor[]
  move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void
}

type Constructor = new (binding: ReturnType<typeof createBinding>, packageName: string) => StockBackend

/** Loads tfjs-node's kernels without its entry point, which would load the native addon. */
export function loadStockBackend(): Constructor {
  const require = createRequire(import.meta.url)
  const folder = '@tensorflow/tfjs-node-gpu/dist'
  const { NodeJSKernelBackend } = require(`${folder}/nodejs_kernel_backend.js`) as { NodeJSKernelBackend: Constructor }
  require(`${folder}/register_all_kernels.js`)
  return NodeJSKernelBackend
}
