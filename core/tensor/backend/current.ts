import { tf } from '../tfjs.ts'
import type { StockBackend } from './stock.ts'

/** The name that tfjs-node's kernels are registered under. */
export const backendName = 'tensorflow'

/** The running backend. */
export function backend(): StockBackend {
  return tf.findBackend(backendName) as StockBackend
}
