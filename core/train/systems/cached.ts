import type { Shape } from '../../model/shape.ts'
import type { tf } from '../../tensor/index.ts'
import type { CommonKnobs } from '../plans/common.ts'
import type { Losses, StepContext } from './system.ts'

/** What a chunk of the batch is encoded from. */
export type ChunkContext<S extends Shape, K extends CommonKnobs> = Pick<
  StepContext<S, K>,
  'shape' | 'knobs' | 'model' | 'images' | 'text' | 'caption'
>
/** What the features of the whole batch are compared with. */
export type CompareContext<S extends Shape, K extends CommonKnobs> = Pick<
  StepContext<S, K>,
  'shape' | 'knobs' | 'parameters' | 'sample' | 'captionId' | 'seed' | 'step'
>

/**
 * For a system whose loss needs no more of a pair than its features: a batch larger than memory is trained in chunks, by
 * cached gradients (see ../cachedStep.ts).
 */
export interface Cached<S extends Shape = Shape, K extends CommonKnobs = CommonKnobs> {
  /** Pairs held at a time; the batch's size where it is not chunked. */
  chunk(knobs: K): number
  /** Each [chunk, ...]. */
  features(context: ChunkContext<S, K>): Record<string, tf.Tensor>
  /** @param features of the whole batch, each [B, ...] */
  losses(context: CompareContext<S, K>, features: Record<string, tf.Tensor>): Losses
}
