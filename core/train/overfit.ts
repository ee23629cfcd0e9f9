import { Fault } from '../contract/fault.ts'
import type { OverfitVerdict } from '../contract/model.ts'
import type { Shape } from '../model/shape.ts'
import type { TrainingPair } from './batches.ts'
import { distinctPairs } from './distinctPairs.ts'
import type { Knobs } from './knobs.ts'

/**
 * The overfit check: a set-up that can learn at all learns a handful of pairs by heart. One batch, over and over, without anything
 * that keeps a model from it; each loss must come down to its floor, the least that its targets allow.
 */

/** Enough for tiny shapes at their recipes' rates, and over in half a minute. */
export const overfitSteps = 200
/** Small, so that it is quickly learned; with each other for negatives, so that the losses that compare are asked something. */
const mostPairs = 8

/**
 * What the check trains with: the recipe's model, losses and rate, without noise, decay, or targets that move.
 * @throws Fault `overfit-unsuitable` for rivals, whose losses have no floor
 */
export function overfitKnobs(knobs: Knobs): Knobs {
  if (knobs.system === 'gan' && knobs['matchingWeight'] === 0) {
    throw new Fault(
      'overfit-unsuitable',
      'The losses of a generator and its discriminator have no floor to come down to.',
      {
        subject: 'matchingWeight',
        hint: 'With a matching weight above 0, the joint embedding can be checked.',
      },
    )
  }
  const known = Object.entries(checked).filter(([name]) => name in knobs)
  return {
    ...knobs,
    ...Object.fromEntries(known),
    batchSize: Math.min(knobs.batchSize, mostPairs),
    warmupSteps: Math.min(knobs.warmupSteps, overfitSteps / 10),
  }
}

const checked: Record<string, number> = {
  steps: overfitSteps,
  accumulate: 1,
  weightDecay: 0,
  dropout: 0,
  cropMinimum: 1,
  flip: 0,
  randAugment: 0,
  qualityWeighting: 0,
  logEvery: 1,
  checkpointEvery: 0,
  evaluateEvery: 0,
  patience: 0,
  // every loss counts from the first step, and the same one throughout
  itmAnchors: 0,
  itmFrom: 0,
  hardestFrom: overfitSteps,
  // a teacher's targets move, and a queue holds the same pairs as negatives
  momentum: 0,
  momentumFrom: 0,
  queueSize: 0,
  distillation: 0,
  // both work against the loss that they stand beside
  coverageWeight: 0,
  adversarialWeight: 0,
}

/**
 * The first pairs that share neither picture nor text: each is the other's negative, and every contrastive loss has the floor 0.
 * @throws Fault `too-few-pairs` where there aren't two
 */
export function overfitPairs<Pair extends TrainingPair>(pairs: Pair[], count: number): Pair[] {
  const chosen = distinctPairs(pairs, count)
  if (chosen.length >= 2) return chosen
  throw new Fault('too-few-pairs', 'The check takes at least two pairs that share neither picture nor text.', {
    hint: 'Widen the query.',
  })
}

/**
 * The floor of each loss by its name in the report, for pairs that share nothing: the entropy of its targets. `loss` is for systems
 * that report no parts.
 * @param words token ids of each text, without marks and padding
 */
export function floorsOf(knobs: Knobs, { text }: Pick<Shape, 'text'>, words: number[][]): Record<string, number> {
  const smoothing = (name: string) => Number(knobs[name] ?? 0)
  return {
    lm: smoothedEntropy(smoothing('labelSmoothing'), text.vocabularySize),
    itc: smoothedEntropy(smoothing('contrastSmoothing'), knobs.batchSize),
    itm: 0,
    mlm: 0,
    triplet: 0,
    matching: 0,
    modality: 0,
    words: mean(words.map(entropyOf)),
    loss: 0,
  }
}

/** Entropy of (1 − s) on one class and s spread over all: what a cross-entropy with label smoothing can't go below. */
export function smoothedEntropy(smoothing: number, classes: number): number {
  const each = smoothing / classes
  return surprise(1 - smoothing + each) + (classes - 1) * surprise(each)
}

/** Entropy of the tokens of one text, each as likely as it is frequent. */
function entropyOf(tokens: number[]): number {
  const counts = new Map<number, number>()
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum + surprise(count / tokens.length), 0)
}

const surprise = (share: number): number => (share === 0 ? 0 : -share * Math.log(share))
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** So much of the way down may be left. */
const left = 0.1
/** Distance from the floor that counts as none, also below it: there, a loss is not what it says. */
const near = 0.02
const lastSteps = 10

/** Whether every loss has come down to its floor. @param rows the reports of all steps, in order */
export function judgeOverfit(rows: Record<string, number>[], floors: Record<string, number>): OverfitVerdict {
  const parts = Object.keys(floors).filter((name) => name !== 'loss' && rows[0]?.[name] !== undefined)
  const losses = (parts.length > 0 ? parts : ['loss']).map((name) => {
    const floor = floors[name]!
    const first = rows[0]![name]!
    const last = mean(rows.slice(-lastSteps).map((row) => row[name]!))
    const gap = last - floor
    return { name, first, last, floor, reached: gap >= -near && gap <= Math.max(near, left * (first - floor)) }
  })
  return { passed: losses.every(({ reached }) => reached), losses }
}

/** The verdict in a sentence for each loss. */
export function overfitText({ passed, losses }: OverfitVerdict): string {
  const figure = (value: number) => value.toFixed(3)
  const lines = losses.map(({ name, first, last, floor, reached }) => {
    const end = reached ? 'reached its floor' : last < floor ? 'went below its floor' : 'is still above its floor'
    return `${name} ${end}: from ${figure(first)} to ${figure(last)}, floor ${figure(floor)}.`
  })
  const verdict = passed
    ? 'The overfit check is passed.'
    : 'The overfit check is not passed: this set-up does not learn.'
  return [verdict, ...lines].join(' ')
}
