import type { Model } from '../../model/layers.ts'
import type { Parameters } from '../../model/parameters.ts'
import type { Shape } from '../../model/shape.ts'
import { positivePairs, similarities, type ContrastiveInput } from '../../objective/itc.ts'
import { follow, rampedWeight } from '../../objective/momentum.ts'
import { emptyQueue, enqueue, presentKeys, withQueue, type KeyQueue, type Keys } from '../../objective/queue.ts'
import { tf } from '../../tensor/index.ts'
import type { CommonKnobs } from '../plans/common.ts'
import type { MomentumKnobs } from '../plans/momentum.ts'
import type { StepContext } from './system.ts'

/** What momentum contrast adds to a system. Its state: `teacher.<parameter>` for each copy, `queue.<part>` (see `Keys`). */

type Knobs = CommonKnobs & MomentumKnobs
type Context<S extends Shape, K extends Knobs> = StepContext<S, K>
type EmbeddingShape = Shape & { embed: number }

/** Unit features of a batch [B, embed]. */
export interface Features {
  image: tf.Tensor
  text: tf.Tensor
}

/** A teacher that is still its pupil, and an empty queue. */
export function momentumState(
  { shape, knobs, parameters }: { shape: EmbeddingShape; knobs: Knobs; parameters: Parameters },
  followed: (name: string) => boolean,
): Record<string, tf.Tensor> {
  const names = knobs.momentum > 0 ? Object.keys(parameters).filter(followed) : []
  const copies = Object.fromEntries(names.map((name) => [name, tf.clone(parameters[name]!)]))
  const queue = knobs.queueSize > 0 ? emptyQueue(knobs.queueSize, shape.embed) : {}
  return { ...named('teacher.', copies), ...named('queue.', queue) }
}

/**
 * The program of a step, counted from 0: which of the matching loss, the teacher and the queue don't count yet. A system's own variants
 * are told apart by what they contain.
 */
export function momentumVariant(step: number, knobs: MomentumKnobs & { itmWeight: number; itmFrom: number }): string {
  const contrasting = knobs.momentum > 0 || knobs.queueSize > 0
  const left = [
    ...(knobs.itmWeight > 0 && step < knobs.itmFrom ? [withoutMatching] : []),
    ...(contrasting && step < knobs.momentumFrom ? [withoutMomentum] : []),
  ]
  return left.join('-')
}
export const withoutMatching = 'withoutMatching'
const withoutMomentum = 'withoutMomentum'
const counts = ({ variant }: { variant: string }) => !variant.includes(withoutMomentum)

/** Lets the teacher follow; to be run before the losses (algorithms.md §1.3). */
export function followParameters(context: Pick<Context<Shape, Knobs>, Followed>): void {
  const { state, parameters, knobs } = context
  if (knobs.momentum > 0) follow(under('teacher.', state), parameters, counts(context) ? knobs.momentum : 0)
}
type Followed = 'state' | 'parameters' | 'knobs' | 'variant'

/** The teacher as a model, without dropout: its opinion should not be noisier than need be. Undefined while there is none. */
export function teacherOf<S extends Shape>(context: Context<S, Knobs>): Model<S> | undefined {
  const { shape, state, knobs } = context
  return knobs.momentum > 0 && counts(context) ? { shape, parameters: under('teacher.', state) } : undefined
}

/** Weight of the teacher's opinion in this step. */
export function distillationWeight({ knobs, step }: Context<Shape, Knobs>): tf.Scalar {
  return rampedWeight(tf.sub(step, knobs.momentumFrom), knobs.distillation, knobs.distillationRamp)
}

/** A batch held against all it is compared with. */
export interface Compared extends ContrastiveInput {
  /** For `fillQueue`; nothing where there is no queue. */
  carried: Record<string, tf.Tensor>
  /** Within the batch, over the temperature [B, B]: pictures by texts, and texts by pictures where that is not the transpose. */
  similarities: tf.Tensor
  reverse: tf.Tensor | undefined
}

/** The contrastive loss's inputs: keys are the teacher's features if there is one, then the queue. */
export function compare<S extends Shape>(
  context: Context<S, Knobs>,
  features: Features,
  taught: Features | undefined,
): Compared {
  const { knobs, parameters, state, sample, captionId } = context
  const temperature = parameters['temp']!
  const own: Keys = { ...(taught ?? features), sample, caption: captionId }
  const queue = knobs.queueSize > 0 && counts(context) ? queueOf(state) : undefined
  const keys = queue ? withQueue(own, queue) : own
  return {
    image: features.image,
    text: features.text,
    imageKeys: keys.image,
    textKeys: keys.text,
    positives: positivePairs(own, keys),
    present: queue && presentKeys(keys),
    temperature,
    teacher: taught && knobs.distillation > 0 ? { ...taught, alpha: distillationWeight(context) } : undefined,
    carried: knobs.queueSize > 0 ? { ...own } : {},
    similarities: similarities(features.image, own.text, temperature),
    reverse: taught && similarities(features.text, own.image, temperature),
  }
}

/** Puts the batch into the queue; to be run after the losses, with what they carried out. */
export function fillQueue({ state }: Pick<Context<Shape, Knobs>, 'state'>, carried: Compared['carried']): void {
  if (carried['sample']) enqueue(queueOf(state), carried as unknown as Keys)
}

/** The columns of positives that are the batch's own: [B, K] → [B, B]. */
export function ownPositives({ positives }: Pick<Compared, 'positives'>): tf.Tensor {
  const batch = positives.shape[0]!
  return tf.slice(positives, [0, 0], [batch, batch])
}

const queueOf = (state: Record<string, tf.Variable>) => under('queue.', state) as unknown as KeyQueue

const named = (prefix: string, tensors: object): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]))

function under(prefix: string, state: Record<string, tf.Variable>): Record<string, tf.Variable> {
  const own = Object.entries(state).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(own.map(([name, variable]) => [name.slice(prefix.length), variable]))
}
