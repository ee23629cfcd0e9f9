import { z } from 'zod'
import { faultRecord } from './fault.ts'

export const captionSource = z.enum(['web', 'synthetic', 'human'])
export type CaptionSource = z.infer<typeof captionSource>

export const decision = z.enum(['undecided', 'accepted', 'rejected'])
export type Decision = z.infer<typeof decision>

/** Who decided: a person, a rule of the importer, or a score threshold. */
export const decider = z.enum(['human', 'rule', 'threshold'])

/** Scores are probabilities or similarities; `itm` is P(match) after softmax, `itc` the cosine. */
export const metric = z.enum(['itm', 'itc', 'loss'])
export type Metric = z.infer<typeof metric>

export const score = z.object({
  metric,
  /** Hash of the checkpoint that scored. */
  scorer: z.string(),
  scorerName: z.string(),
  value: z.number(),
})
export type Score = z.infer<typeof score>

/** How a synthetic caption came to be. */
export const provenance = z.object({
  checkpoint: z.string(),
  checkpointName: z.string(),
  decoding: z.string(),
  prompt: z.string(),
  seed: z.number().int(),
  job: z.string(),
})
export type Provenance = z.infer<typeof provenance>

/** One caption of a picture. Never overwritten: an edit supersedes it with a new one. */
export const caption = z.object({
  id: z.number().int(),
  sampleId: z.number().int(),
  /** Empty text stands for a missing caption. */
  text: z.string(),
  source: captionSource,
  decision,
  decidedBy: decider.nullable(),
  decidedAt: z.string().nullable(),
  reason: z.string().nullable(),
  supersededBy: z.number().int().nullable(),
  provenance: provenance.nullable(),
  scores: z.array(score),
  createdAt: z.string(),
})
export type Caption = z.infer<typeof caption>

/** One picture. Unreadable ones are kept with their fault. */
export const sample = z.object({
  id: z.number().int(),
  path: z.string(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  bytes: z.number().int(),
  format: z.string().nullable(),
  hash: z.string().nullable(),
  /** The picture with the same content that was imported first. */
  duplicateOf: z.number().int().nullable(),
  fault: faultRecord.nullable(),
})
export type Sample = z.infer<typeof sample>

/** One card of the grid: a picture with one of its captions. */
export const pair = z.object({
  captionId: z.number().int(),
  sampleId: z.number().int(),
  text: z.string(),
  source: captionSource,
  decision,
  decidedBy: decider.nullable(),
  path: z.string(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Changes when the picture's content does; part of the thumbnail's address. */
  version: z.string(),
  fault: faultRecord.nullable(),
  /** Latest ITM and ITC score of this caption, and the score the view is sorted by. */
  itm: z.number().nullable(),
  itc: z.number().nullable(),
  sortScore: z.number().nullable(),
  /** How many captions the picture has that are not superseded. */
  captions: z.number().int(),
})
export type Pair = z.infer<typeof pair>

export const sampleDetail = sample.extend({ captions: z.array(caption) })
export type SampleDetail = z.infer<typeof sampleDetail>

export const sortKey = z.enum(['order', 'itm', 'itc', 'loss', 'length', 'random'])
export const sort = z.object({
  by: sortKey,
  direction: z.enum(['ascending', 'descending']),
  scorer: z.string().optional(),
})
export type Sort = z.infer<typeof sort>

/** A selection: text of the query language (docs/query.md), and an order. */
export const query = z.object({ text: z.string(), sort })
export type Query = z.infer<typeof query>

/**
 * What an action applies to. `view` and `range` name positions of an opened view, so that
 * an action hits exactly the pairs that were counted and shown.
 */
export const target = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pairs'), captionIds: z.array(z.number().int()).max(10_000) }),
  z.object({ kind: z.literal('view'), view: z.string() }),
  z.object({ kind: z.literal('range'), view: z.string(), from: z.number().int(), to: z.number().int() }),
])
export type Target = z.infer<typeof target>

/** One entry of the history panel. */
export const operation = z.object({
  id: z.number().int(),
  kind: z.enum(['decide', 'edit', 'add', 'swap', 'threshold', 'import', 'capfilt', 'score']),
  /** Parameters for the sentence shown, for instance { decision: 'accepted', query: 'source:web' }. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  count: z.number().int(),
  createdAt: z.string(),
  state: z.enum(['done', 'undone', 'discarded']),
  undoable: z.boolean(),
})
export type Operation = z.infer<typeof operation>
