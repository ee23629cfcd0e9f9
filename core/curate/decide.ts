import type { Decision, Operation, Target } from '../contract/index.ts'
import { packGroups, type DecisionGroup } from '../store/before-image.ts'
import { transaction, type Db } from '../store/database.ts'
import { writeDecisions, type DecisionStamp } from '../store/decisions.ts'
import { insertOperation, operationById, toOperation, updateOperation } from '../store/operations.ts'
import type { Project } from '../store/project.ts'
import { queryOf, resolveTarget } from './views.ts'

/** What every action answers: the entry of the history, null if nothing changed, and how many captions did. */
export interface Changed {
  operation: Operation | null
  changed: number
}

export interface DecisionChange {
  ids: number[]
  decision: Decision
}

export interface DecisionLog {
  kind: Operation['kind']
  details: Operation['details']
  stamp: DecisionStamp
}

/** Accepts, rejects or clears what a target names, as one undoable step by a person. Faults: view-expired. */
export function decide(project: Project, input: { target: Target; decision: Decision; reason?: string }): Changed {
  const { target, decision, reason } = input
  const ids = resolveTarget(project, target)
  const details: Operation['details'] = { decision }
  if (ids.length === 1) details.captionId = ids[0]!
  if (target.kind !== 'pairs') details.query = queryOf(project, target.view).text
  const stamp: DecisionStamp = { by: 'human', at: Date.now(), reason: reason ?? null }
  return logDecisions(project, [{ ids, decision }], { kind: 'decide', details, stamp })
}

/** Writes decisions and their entry in the history in one transaction; makes no entry if nothing changes. */
export function logDecisions(
  { db }: Project,
  changes: DecisionChange[],
  { kind, details, stamp }: DecisionLog,
): Changed {
  return transaction(db, () => {
    const groups = changes.flatMap(({ ids, decision }) => writeDecisions(db, ids, decision, stamp))
    const changed = countOf(groups)
    if (changed === 0) return { operation: null, changed: 0 }
    const id = insertOperation(db, {
      kind,
      details: { ...details, by: stamp.by, reason: stamp.reason },
      count: changed,
      at: stamp.at,
      undoable: true,
    })
    updateOperation(db, id, { before: packGroups(groups) })
    return { operation: readOperation(db, id), changed }
  })
}

export const countOf = (groups: DecisionGroup[]): number => groups.reduce((total, { ids }) => total + ids.length, 0)

export const readOperation = (db: Db, id: number): Operation => toOperation(operationById(db, id)!)
