import { tf } from '../../tensor/index.ts'
import { encodeGrid } from '../cnn.ts'
import { dense, parameter, type Model } from '../layers.ts'
import type { CnnRnnShape } from './shape.ts'

export type CnnRnnModel = Model<CnnRnnShape>

/** uint8 [B, S, S, 3] → features of the places of a grid, row by row, [B, N, C]. */
export function encodePlaces(model: CnnRnnModel, images: tf.Tensor): tf.Tensor {
  const grid = encodeGrid(model, 'cnn', model.shape.image, images)
  const [batch, height, width, channels] = grid.shape as [number, number, number, number]
  return tf.reshape(grid, [batch, height * width, channels])
}

/** The picture as one vector like a word's: places [B, N, C] → [B, W]. */
export function pooledPicture(model: CnnRnnModel, places: tf.Tensor): tf.Tensor {
  return dense(model, 'picture', tf.mean(places, 1))
}

/** Places that know where they are: [B, N, C]. The papers' deep networks needed no help for that; a small one does. */
export function markedPlaces(model: CnnRnnModel, places: tf.Tensor): tf.Tensor {
  return tf.add(places, parameter(model, 'places'))
}

/** x [B, W] at each of `length` steps: [B, length, W]. */
export function atEachStep(x: tf.Tensor, length: number): tf.Tensor {
  return tf.mul(tf.expandDims(x, 1), tf.ones([1, length, 1]))
}

export function dropped({ drop }: CnnRnnModel, x: tf.Tensor): tf.Tensor {
  return drop ? drop(x) : x
}
