import { runtimeFolder } from './folder.ts'
import { capture } from '../capture/capture.ts'
import { linear } from '../ops/linear.ts'
import { valueAndGradients } from '../ops/gradients.ts'
import { startTensor } from '../runtime/start.ts'
import type { Device } from '../runtime/runtime.ts'
import { tf } from '../tfjs.ts'

/** What `selfTest` found: each true means that the numbers were right, not only that nothing threw. */
export interface SelfTest {
  version: string
  devices: Device[]
  gradient: boolean
  captured: boolean
  xla: boolean
  seconds: number
}

/** Starts the runtime and checks a gradient and a small training step: eager, captured, and compiled by XLA. */
export async function selfTest(root = runtimeFolder()): Promise<SelfTest> {
  const start = performance.now()
  const runtime = await startTensor({ root })
  const gradient = checkGradient()
  const captured = await checkStep(false)
  const xla = await checkStep(true)
  return {
    version: runtime.version,
    devices: runtime.devices(),
    gradient,
    captured,
    xla,
    seconds: (performance.now() - start) / 1000,
  }
}

/** d/dx Σ x² = 2x */
function checkGradient(): boolean {
  return tf.tidy(() => {
    const x = tf.tensor1d([1, -2, 3])
    const slope = tf.grad((value) => tf.sum(tf.square(value)))(x)
    return close(slope.dataSync(), [2, -4, 6])
  })
}

/** Gradient descent on the mean of (x·w)² for x = [1, 2], w = [3, 1], rate 0.1: by hand, w becomes [2, -1]. */
async function checkStep(xla: boolean): Promise<boolean> {
  const weight = tf.tidy(() => tf.variable(tf.tensor2d([[3, 1]])))
  const step = capture(
    (x: tf.Tensor) => {
      const { value, gradients } = valueAndGradients(() => tf.mean(tf.square(linear(x, weight))), [weight])
      weight.assign(tf.sub(weight, tf.mul(gradients[0]!, 0.1)))
      return [value]
    },
    { inputs: [{ shape: [1, 2], dtype: 'float32' }], state: [weight], xla, name: 'self_test' },
  )
  const [loss] = await step.run([Float32Array.of(1, 2)])
  const right = close(loss!.dataSync(), [25]) && close(weight.dataSync(), [2, -1])
  loss!.dispose()
  step.dispose()
  weight.dispose()
  return right
}

function close(given: ArrayLike<number>, expected: number[]): boolean {
  return expected.every((value, index) => Math.abs(given[index]! - value) < 1e-5)
}
