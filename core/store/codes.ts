import type { CaptionSource, Decision, Metric } from '../contract/index.ts'

/** Small integers stand for these words in the database; never reorder, only append. */
export const sources: readonly CaptionSource[] = ['web', 'synthetic', 'human']
export const decisions: readonly Decision[] = ['undecided', 'accepted', 'rejected']
export type Decider = 'human' | 'rule' | 'threshold'
export const deciders: readonly Decider[] = ['human', 'rule', 'threshold']
export const metrics: readonly Metric[] = ['itm', 'itc', 'loss']

export const sourceCode = (source: CaptionSource): number => sources.indexOf(source)
export const decisionCode = (decision: Decision): number => decisions.indexOf(decision)
export const deciderCode = (decider: Decider): number => deciders.indexOf(decider)
export const metricCode = (metric: Metric): number => metrics.indexOf(metric)

/** Milliseconds since 1970 as ISO text, null staying null. */
export function isoTime(milliseconds: number): string
export function isoTime(milliseconds: number | null): string | null
export function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}

export const parseJson = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T))
export const toJson = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value)
