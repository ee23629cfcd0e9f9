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
  learningRate: z.number().gt(0),
  warmupSteps: whole.min(0),
  minimumRate: z.number().min(0),
  weightDecay: z.number().min(0),
  beta1: share,
  beta2: share,
  /** Largest global norm of the gradient; 0 switches clipping off. */
  clipNorm: z.number().min(0),
  dropout: z.number().min(0).max(0.9),
  cropMinimum: z.number().gt(0).max(1),
  flip: share,
  /** Text before each caption in the captioning loss; not learned as a target. */
  prompt: z.string(),
  /** Most tokens of a caption, prompt and frame included. Rows are only as long as the longest caption needs. */
  textLength: whole.min(4),
  logEvery: whole.min(1),
  /** 0 writes a checkpoint at the end only. */
  checkpointEvery: whole.min(0),
  keepCheckpoints: whole.min(2),
  /** Held-out pictures captioned before and after. */
  evaluateCaptions: whole.min(0).max(24),
  /** Most held-out pictures that retrieval is measured on. */
  evaluatePictures: whole.min(0),
  /** Candidates that the matching head ranks again; 0 ranks by cosine alone. */
  rerank: whole.min(0),
  /** Compile steps with XLA. */
  compile: z.boolean(),
}

const schema = z.object(commonKnobs)
/** The common knobs of a run, and the system that it trains. */
export type CommonKnobs = z.infer<typeof schema> & { system: string }
