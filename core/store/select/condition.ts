import type { CaptionSource, Decision, Metric } from '../../contract/index.ts'
import type { Decider } from '../codes.ts'

export type Comparison = '<' | '<=' | '=' | '>=' | '>'

/** A parsed query: what a pair must fulfil. Made by curate/query, compiled here. */
export type Condition =
  | { kind: 'everything' }
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  /** Words in the caption; `prefix` lets the last word go on. */
  | { kind: 'text'; text: string; prefix: boolean }
  | { kind: 'path'; text: string }
  | { kind: 'source'; value: CaptionSource }
  | { kind: 'decision'; value: Decision }
  | { kind: 'by'; value: Decider }
  | { kind: 'flag'; flag: 'missing' | 'unreadable' | 'duplicate' }
  | { kind: 'number'; field: 'words' | 'chars' | 'width' | 'height' | 'id'; comparison: Comparison; value: number }
  /** `scorer`: a name, or the start of a hash; null means the newest score of the caption. */
  | { kind: 'score'; metric: Metric; scorer: string | null; comparison: Comparison; value: number }

/** Whether the query itself speaks of decisions, so that rejected pairs are not left out behind its back. */
export function mentionsDecision(condition: Condition): boolean {
  if (condition.kind === 'and' || condition.kind === 'or') return condition.parts.some(mentionsDecision)
  if (condition.kind === 'not') return mentionsDecision(condition.part)
  return condition.kind === 'decision' || condition.kind === 'by'
}
