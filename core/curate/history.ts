import type { Operation } from '../contract/index.ts'
import { unpackGroups } from '../store/before-image.ts'
import { restoreCaptions, withdrawCaptions } from '../store/captions.ts'
import type { Decider } from '../store/codes.ts'
import { transaction, type Db } from '../store/database.ts'
import { repeatDecisions, restoreDecisions } from '../store/decisions.ts'
import { listOperations, newestDone, oldestUndone, setOperationState, type OperationRow } from '../store/operations.ts'
import type { Project } from '../store/project.ts'
import { readOperation, type Changed } from './decide.ts'

/** Takes back the newest operation that can be undone; imports are passed over. */
export function undo({ db }: Project): Changed {
  return step(db, newestDone(db), 'undone', (operation) => {
    if (operation.before) restoreDecisions(db, unpackGroups(operation.before))
    else withdrawCaptions(db, operation.id)
  })
}

/** Brings back what was undone last, unless something new was done since. */
export function redo({ db }: Project): Changed {
  return step(db, oldestUndone(db), 'done', (operation) => {
    if (!operation.before) return restoreCaptions(db, operation.id)
    const { by, reason } = JSON.parse(operation.details) as { by: Decider; reason: string | null }
    repeatDecisions(db, unpackGroups(operation.before), { by, at: operation.created_at, reason })
  })
}

function step(
  db: Db,
  operation: OperationRow | undefined,
  state: Operation['state'],
  work: (operation: OperationRow) => void,
): Changed {
  if (!operation) return { operation: null, changed: 0 }
  return transaction(db, () => {
    work(operation)
    setOperationState(db, operation.id, state)
    return { operation: readOperation(db, operation.id), changed: operation.count }
  })
}

/** Newest first; `before` is the id to continue below. */
export function history(
  { db }: Project,
  { before = null, limit = 50 }: { before?: number | null; limit?: number } = {},
): Operation[] {
  return listOperations(db, before, limit)
}
