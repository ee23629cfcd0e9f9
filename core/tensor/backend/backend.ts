import { createBinding, uploadTensor } from '../binding/binding.ts'
import { session } from '../binding/session.ts'
import { disposedTensor } from '../binding/table.ts'
import type { Tracer } from '../capture/tracer.ts'
import { tf } from '../tfjs.ts'
import { registerGradients } from './gradients.ts'
import { registerKernels } from './kernels.ts'
import { backendName as name } from './current.ts'
import { loadStockBackend, type StockBackend, type TensorData } from './stock.ts'

/** Registers the stock kernels on our binding, with our overrides, and makes the backend the current one. */
export async function installBackend() {
  const Stock = loadStockBackend()

  class Backend extends Stock {
    // Which capture a tensor with host values was made in: those of the running one become constants, older ones are uploaded.
    private readonly madeIn = new WeakMap<object, Tracer | null>()

    override move(...values: Parameters<StockBackend['move']>) {
      this.madeIn.set(values[0], session().tracer)
      super.move(...values)
    }

    override getInputTensorIds(tensors: tf.TensorInfo[]): number[] {
      for (const { dataId } of tensors) {
        if (!this.tensorMap.has(dataId)) throw disposedTensor()
        const data = this.tensorMap.get(dataId) as TensorData
        if (data.values && this.madeIn.get(dataId) !== session().tracer) {
          data.id = uploadTensor(data.shape, data.dtype, data.values)
          data.values = null
        }
      }
      return super.getInputTensorIds(tensors)
    }
  }

  tf.registerBackend(name, () => new Backend(createBinding(), 'winnow'), 3)
  registerKernels(name)
  registerGradients()
  await tf.setBackend(name)
  await tf.ready()
}
