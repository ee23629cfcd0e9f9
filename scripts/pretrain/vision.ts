import type { SceneStream } from './scenes.ts'
import { encodeImages, initialise, upload, download, type HostTensors, type BlipShape } from '../../core/model/index.ts'
import { capture, linear, tf, valueAndGradients } from '../../core/tensor/index.ts'
import type { Knobs } from '../../core/train/knobs.ts'
import { applyGradients, createOptimiser, disposeOptimiser, optimiserTensors } from '../../core/train/optimiser.ts'
import { rateAt } from '../../core/train/schedule.ts'

/**
 * The supervised start: the vision part alone learns which nouns are in a scene, from the scenes' own truth. It stands
 * in for the ImageNet weights that BLIP starts from. No caption is seen, so that models trained from it can be
 * compared by the captions they were given.
 * @returns all parameters of the shape; those outside the vision part are fresh
 */
export async function trainVision(
  shape: BlipShape,
  scenes: SceneStream,
  knobs: Knobs,
  say: (line: string) => void,
): Promise<HostTensors> {
  const fresh = initialise(shape, 1)
  const vision = Object.fromEntries(Object.entries(fresh).filter(([name]) => name.startsWith('vision_model')))
  const nouns = scenes.nouns.length
  const head = {
    weight: { shape: [nouns, shape.image.width], data: new Float32Array(nouns * shape.image.width) },
    bias: { shape: [nouns], data: new Float32Array(nouns) },
  }
  const parameters = upload({ ...vision, 'head.weight': head.weight, 'head.bias': head.bias })
  const optimiser = createOptimiser(parameters, Object.keys(parameters))
  const { batchSize } = knobs

  const step = capture(
    (images: tf.Tensor, present: tf.Tensor, rate: tf.Scalar, number: tf.Scalar) => {
      const loss = () => nounLoss(shape, parameters, images, present)
      const { value, gradients, extra } = valueAndGradients(
        loss,
        optimiser.names.map((name) => parameters[name]!),
      )
      applyGradients(parameters, optimiser, { names: optimiser.names, gradients, rate, step: number }, knobs)
      return [tf.stack([value, extra.hit])]
    },
    {
      name: 'visionStep',
      inputs: [
        { shape: [batchSize, shape.image.size, shape.image.size, 3], dtype: 'uint8' },
        { shape: [batchSize, nouns], dtype: 'float32' },
        { shape: [], dtype: 'float32' },
        { shape: [], dtype: 'float32' },
      ],
      state: [...Object.values(parameters), ...Object.values(optimiserTensors(optimiser))] as tf.Variable[],
      xla: knobs.compile,
    },
  )

  for (let number = 0; number < knobs.steps; number++) {
    const { images, present } = scenes.labelled(number * batchSize, batchSize)
    const [result] = await step.run([
      images,
      present,
      Float32Array.of(rateAt(number, knobs)),
      Float32Array.of(number + 1),
    ])
    const [loss, hit] = await result!.data()
    result!.dispose()
    if (number % 50 === 49)
      say(`vision step ${number + 1}: loss ${loss!.toFixed(3)}, best guess present ${(100 * hit!).toFixed(0)} %`)
  }
  const trained = await download(Object.fromEntries(Object.keys(vision).map((name) => [name, parameters[name]!])))
  step.dispose()
  disposeOptimiser(optimiser)
  tf.dispose(parameters)
  return { ...fresh, ...trained }
}

/** Cross-entropy to a uniform target over the nouns present, and how often the best guess is one of them. */
function nounLoss(shape: BlipShape, parameters: Record<string, tf.Variable>, images: tf.Tensor, present: tf.Tensor) {
  const tokens = encodeImages({ shape, parameters }, images)
  const [batch, , width] = tokens.shape as [number, number, number]
  const first = tf.reshape(tf.slice(tokens, [0, 0, 0], [batch, 1, width]), [batch, width])
  const logits = linear(first, parameters['head.weight']!, parameters['head.bias']!)
  const targets = tf.div(present, tf.sum(present, 1, true))
  const loss = tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1))) as tf.Scalar
  const guess = tf.oneHot(tf.argMax(logits, 1) as tf.Tensor1D, present.shape[1]!)
  return { loss, extra: { hit: tf.mean(tf.sum(tf.mul(tf.cast(guess, 'float32'), present), 1)) } }
}
