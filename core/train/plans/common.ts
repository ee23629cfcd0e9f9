import { z } from 'zod'

export const share = z.number().min(0).max(1)
export const whole = z.number().int()
export const weight = z.number().min(0)

/** The knobs that every training system has. The recipe files say why each has its value; a run keeps the record with its results. */
export const commonKnobs = {
  /** Optimiser steps in all. */
  steps: whole.min(1),
  /** Pairs in a step. Losses that compare pairs draw their negatives from it, so at least 2. */
  batchSize: whole.min(2),
  /** Batches whose gradients are averaged before the optimiser takes one step. */
  accumulate: whole.min(1).default(1),
  learningRate: z.number().gt(0),
  warmupSteps: whole.min(0),
  minimumRate: z.number().min(0),
  weightDecay: z.number().min(0),
  beta1: share,
  beta2: share,
  /** Largest global norm of the gradient; 0 switches clipping off. */
  clipNorm: z.number().min(0),
  /** Factor of the rate for each layer further from the output. */
  layerDecay: z.number().gt(0).max(1).default(1),
  /** Names of parameters that stay as they are, patterns with * parted by commas. */
  freeze: z.string().default(''),
  dropout: z.number().min(0).max(0.9),
  cropMinimum: z.number().gt(0).max(1),
  flip: share,
  /** RandAugment's level of 10; 0 leaves it out. */
  randAugment: whole.min(0).max(10).default(0),
  textCleaning: z.enum(['none', 'blip', 'albef']).default('none'),
  /** A pair's chance to be drawn is its match probability to this power; 0 draws all alike. */
  qualityWeighting: z.number().min(0).max(10).default(0),
  /** Text before each caption in the captioning loss; not learned as a target. */
  prompt: z.string(),
  /** Most tokens of a caption, prompt and frame included. Rows are only as long as the longest caption needs. */
  textLength: whole.min(4),
  logEvery: whole.min(1),
  /** 0 writes a checkpoint at the end only. */
  checkpointEvery: whole.min(0),
  keepCheckpoints: whole.min(2),
  /** Steps between measurements on the held-out pairs; 0 measures before and after only. */
  evaluateEvery: whole.min(0).default(0),
  /** Measurements without a better one after which the run ends with the best weights; 0 never ends early. */
  patience: whole.min(0).default(0),
  /** Held-out pictures captioned before and after. */
  evaluateCaptions: whole.min(0).max(24),
  /** Most held-out pictures that retrieval is measured on. */
  evaluatePictures: whole.min(0),
  /** Candidates that the matching head ranks again; 0 ranks by cosine alone. */
  rerank: whole.min(0),
  /** Keep only the inputs of Transformer blocks, and run these again in the backward pass. */
  recompute: z.boolean().default(false),
  /** Compile steps with XLA. */
  compile: z.boolean(),
}

const schema = z.object(commonKnobs)
/** The common knobs of a run, and the system that it trains. */
export type CommonKnobs = z.infer<typeof schema> & { system: string }
