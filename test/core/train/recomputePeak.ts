/** Runs as a program: prints by how many bytes two steps of twelve blocks raise the process's peak memory. `recomputePeak.ts kept|recomputed` */
import { block } from '../../../core/model/clip/block.ts'
import { rerun } from '../../../core/model/rerun.ts'
import { capture, startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

await startTensor()
const [batch, length, width, depth] = [16, 64, 256, 12]
const dense = (name: string, out: number, into: number): [string, number[]][] => [
  [`${name}.weight`, [out, into]],
  [`${name}.bias`, [out]],
]
const shapes = Array.from({ length: depth }, (_, layer) => [
  ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((part) => dense(`${layer}.self_attn.${part}`, width, width)),
  ...['layer_norm1', 'layer_norm2'].flatMap((norm): [string, number[]][] => [
    [`${layer}.${norm}.weight`, [width]],
    [`${layer}.${norm}.bias`, [width]],
  ]),
  ...dense(`${layer}.mlp.fc1`, 4 * width, width),
  ...dense(`${layer}.mlp.fc2`, width, 4 * width),
]).flat()
const parameters = Object.fromEntries(shapes.map(([name, shape]) => [name, tf.variable(tf.fill(shape, 0.01))]))
const model = { parameters, recompute: process.argv[2] === 'recomputed' }
const trained = Object.values(parameters)

function step(x: tf.Tensor): tf.Tensor[] {
  const loss = () => {
    let y = x
    for (let layer = 0; layer < depth; layer++) {
      y = rerun(model, [String(layer)], [y], (own, [input]) =>
        block(own as never, String(layer), input!, { heads: 4, epsilon: 1e-5, activation: 'gelu' }),
      )
    }
    return tf.mean(tf.square(y))
  }
  const { value, gradients } = valueAndGradients(loss, trained)
  trained.forEach((variable, index) => variable.assign(tf.sub(variable, tf.mul(gradients[index]!, 1e-3))))
  return [value]
}

const captured = capture(step, { inputs: [{ shape: [batch, length, width], dtype: 'float32' }], state: trained })
const before = process.memoryUsage.rss()
const input = Float32Array.from({ length: batch * length * width }, (_, at) => Math.sin(at))
for (let run = 0; run < 2; run++) for (const loss of await captured.run([input])) loss.dispose()
const peak = process.resourceUsage().maxRSS * 1024 - before
process.stdout.write(String(peak), () => process.exit())
