import { capture } from '../capture/capture.ts'
import { linear } from '../ops/linear.ts'
import { valueAndGradients } from '../ops/gradients.ts'
import { startTensor, type StartOptions } from '../runtime/start.ts'
import type { Device, Precision, RuntimeName } from '../runtime/runtime.ts'
import { tf } from '../tfjs.ts'

/** What `selfTest` found: each true means that the numbers were right, not only that nothing threw. */
export interface SelfTest {
  runtime: RuntimeName
  version: string
  devices: Device[]
  gradient: boolean
  captured: boolean
  xla: boolean
  /** null where the runtime computes in float32 alone (libtensorflow). */
  bf16: boolean | null
  seconds: number
}

/** Starts the runtime and checks a gradient and a small training step: eager, captured, compiled by XLA, and in bfloat16. */
export async function selfTest(options: StartOptions = {}): Promise<SelfTest> {
  const start = performance.now()
  const runtime = await startTensor(options)
  const gradient = checkGradient()
  const captured = await checkStep({ xla: false })
  const xla = await checkStep({ xla: true })
  const bf16 = runtime.name === 'pjrt' ? await checkStep({ xla: true, precision: 'bfloat16' }) : null
  return {
    runtime: runtime.name,
    version: runtime.version,
    devices: runtime.devices(),
    gradient,
    captured,
    xla,
    bf16,
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

/**
 * Gradient descent on the mean of (x·w)² for x = [1, 2], w = [3, 1], rate 0.1: by hand, w becomes [2, -1].
 * All these numbers are exact in bfloat16 too.
 */
async function checkStep(how: { xla: boolean; precision?: Precision }): Promise<boolean> {
  const weight = tf.tidy(() => tf.variable(tf.tensor2d([[3, 1]])))
  const step = capture(
    (x: tf.Tensor) => {
      const { value, gradients } = valueAndGradients(() => tf.mean(tf.square(linear(x, weight))), [weight])
      weight.assign(tf.sub(weight, tf.mul(gradients[0]!, 0.1)))
      return [value]
    },
    { inputs: [{ shape: [1, 2], dtype: 'float32' }], state: [weight], name: 'self_test', ...how },
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
