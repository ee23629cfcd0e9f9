import type { Decision } from '../contract/index.ts'
import { deciderCode, decisionCode, type Decider } from './codes.ts'
import { all, run, type Db } from './database.ts'
import type { DecisionGroup } from './before-image.ts'

export interface DecisionStamp {
  by: Decider
  at: number
  reason: string | null
}

type Read = Omit<DecisionGroup, 'ids' | 'after'> & { ids: string }

/**
 * Decides captions and returns what they were before, grouped; those that already stand so,
 * by the same decider for the same reason, are left alone and left out.
 */
export function writeDecisions(db: Db, ids: number[], decision: Decision, stamp: DecisionStamp): DecisionGroup[] {
  const after = decisionCode(decision)
  const list = JSON.stringify(ids)
  const by = decision === 'undecided' ? null : deciderCode(stamp.by)
  const rows = all<Read>(
    db,
    `SELECT decision, decided_by AS by, decided_at AS at, reason, json_group_array(id) AS ids FROM caption
     WHERE id IN (SELECT value FROM json_each(?)) AND NOT (decision = ? AND decided_by IS ? AND reason IS ?)
     GROUP BY 1, 2, 3, 4`,
    list,
    after,
    by,
    stamp.reason,
  )
  const groups = rows.map((row) => ({ ...row, after, ids: JSON.parse(row.ids) as number[] }))
  for (const { ids: changed } of groups) set(db, changed, after, stamp)
  return groups
}

function set(db: Db, ids: number[], decision: number, { by, at, reason }: DecisionStamp): void {
  const decider = decision === 0 ? null : deciderCode(by)
  put(db, ids, { decision, by: decider, at: decision === 0 ? null : at, reason })
}

function put(
  db: Db,
  ids: number[],
  fields: { decision: number; by: number | null; at: number | null; reason: string | null },
): void {
  run(
    db,
    `UPDATE caption SET decision = ?, decided_by = ?, decided_at = ?, reason = ? WHERE id IN (SELECT value FROM json_each(?))`,
    fields.decision,
    fields.by,
    fields.at,
    fields.reason,
    JSON.stringify(ids),
  )
}

/** Puts every caption back as it was before the operation. */
export function restoreDecisions(db: Db, groups: DecisionGroup[]): void {
  for (const group of groups) put(db, group.ids, group)
}

/** Decides again as the operation did. */
export function repeatDecisions(db: Db, groups: DecisionGroup[], stamp: DecisionStamp): void {
  for (const { ids, after } of groups) set(db, ids, after, stamp)
}
