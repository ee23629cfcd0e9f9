import type { Model } from '../../model/layers.ts'
import type { TrainableParameters } from '../../model/parameters.ts'
import type { Shape } from '../../model/shape.ts'
import type { tf } from '../../tensor/index.ts'
import type { CommonKnobs } from '../plans/common.ts'
import type { Plan } from '../plans/plan.ts'
import type { Cached } from './cached.ts'

/** A training system: its losses, and what else it keeps from step to step. One step is one captured program. */
export interface System<S extends Shape = Shape, K extends CommonKnobs = CommonKnobs> {
  plan: Plan<S, K>
  /** What a step reports beside `loss` and `gradientNorm`, in this order. */
  reports(knobs: K): string[]
  /** Momentum copies, queues and the like. They are saved and restored with the optimiser, and updated in place. */
  createState?(start: { shape: S; knobs: K; seed: number; parameters: TrainableParameters }): Record<string, tf.Tensor>
  /** Which program a step runs, counted from 0; '' throughout if left out. Each is captured when it is first needed. */
  variant?(step: number, knobs: K): string
  /** Run at the start of a step, before any loss; no gradient is taken. */
  before?(context: StepContext<S, K>): void
  /** In this order; more than one means optimisers that take turns, as a GAN's. */
  phases: Phase<S, K>[]
  /** How a batch larger than memory is trained, where the system can. */
  cached?: Cached<S, K>
  /**
   * Run after the optimiser, for instance to clamp a temperature or to fill a queue. Where a step has several batches, it is run
   * after each that carries something out too, and then with nothing carried. @returns reports as they stand now
   */
  after?(context: AfterContext<S, K>, carried: Record<string, tf.Tensor>): Record<string, tf.Tensor> | void
  /** What the run shows of itself beside each checkpoint, by name: [height, width, 3], whole values 0 to 255. */
  pictures?(sight: Sight<S>): Record<string, tf.Tensor>
}

/** What pictures of a model are drawn from; the same throughout a run, so that they can be compared. */
export interface Sight<S extends Shape = Shape> {
  /** Without dropout. */
  model: Model<S>
  /** int32 [C, L], a few captions of the run: [CLS], words, [SEP], padding. */
  text: tf.Tensor
  /** int32 [2] */
  seed: tf.Tensor
}

/** A loss and the parameters that it moves. */
export interface Phase<S extends Shape = Shape, K extends CommonKnobs = CommonKnobs> {
  /** The parameters that it moves, of those that the plan trains; all if left out. */
  trains?(name: string, knobs: K): boolean
  /** Factor of the learning rate. */
  rate?(knobs: K): number
  losses(context: StepContext<S, K>): Losses
}

export interface Losses {
  loss: tf.Scalar
  /** Some or all of the system's reports. */
  report: Record<string, tf.Scalar>
  /** Tensors that `after` wants, for instance features for a queue. */
  carried?: Record<string, tf.Tensor>
}

/** What is left of a step when its batches are done with. */
export type AfterContext<S extends Shape = Shape, K extends CommonKnobs = CommonKnobs> = Pick<
  StepContext<S, K>,
  'shape' | 'knobs' | 'variant' | 'parameters' | 'state'
>

/** All that a step works with. */
export interface StepContext<S extends Shape = Shape, K extends CommonKnobs = CommonKnobs> {
  shape: S
  knobs: K
  variant: string
  /** Ready for a forward pass in training: with dropout. */
  model: Model<S>
  parameters: TrainableParameters
  /** What `createState` made, as variables. */
  state: Record<string, tf.Variable>
  /** uint8 [B, S, S, 3] */
  images: tf.Tensor
  /** int32 [B, L]: [CLS], words, [SEP], padding. */
  text: tf.Tensor
  /** int32 [B, L]: [DEC], prompt, words, [SEP], padding. */
  caption: tf.Tensor
  /** int32 [B], the picture's number. */
  sample: tf.Tensor
  /** int32 [B], the text's number: equal texts, equal number. */
  captionId: tf.Tensor
  /** int32 [2], another one for each step; draw with `fold(seed, n)`, n ≥ 0. */
  seed: tf.Tensor
  /** Number of the step from 1, float32. */
  step: tf.Scalar
  /** Leading tokens of a caption that are given, [DEC] included. */
  promptLength: number
}
