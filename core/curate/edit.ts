import { Fault } from '../contract/index.ts'
import { captionById, insertCaption, liveCaptionsOf, type CaptionRow, type NewCaption } from '../store/captions.ts'
import { transaction } from '../store/database.ts'
import { insertOperation, updateOperation } from '../store/operations.ts'
import type { Project } from '../store/project.ts'
import { sampleById } from '../store/samples.ts'
import { cleanCaption } from '../text/clean.ts'
import { logDecisions, readOperation, type Changed } from './decide.ts'

export interface ChangedCaption extends Changed {
  captionId: number
}

/** Supersedes a caption with a new, accepted human one. Faults: not-found, caption-empty. */
export function edit(project: Project, { captionId, text }: { captionId: number; text: string }): ChangedCaption {
  const old = findLive(project, captionId)
  const clean = cleaned(text)
  if (clean === old.text) return { operation: null, changed: 0, captionId: old.id }
  return write(project, 'edit', old.sample_id, clean, old.id)
}

/** Adds an accepted human caption to a picture. Faults: not-found, caption-empty. */
export function add(project: Project, { sampleId, text }: { sampleId: number; text: string }): ChangedCaption {
  if (!sampleById(project.db, sampleId))
    throw new Fault('not-found', 'There is no such picture.', { subject: String(sampleId) })
  return write(project, 'add', sampleId, cleaned(text))
}

/** Accepts one caption of a picture and rejects its others, as one step. Faults: not-found. */
export function swap(project: Project, { captionId }: { captionId: number }): Changed {
  const chosen = findLive(project, captionId)
  const others = liveCaptionsOf(project.db, chosen.sample_id).filter(({ id }) => id !== chosen.id)
  return logDecisions(
    project,
    [
      { ids: [chosen.id], decision: 'accepted' },
      { ids: others.map(({ id }) => id), decision: 'rejected' },
    ],
    {
      kind: 'swap',
      details: { sample: chosen.sample_id, captionId: chosen.id, text: chosen.text },
      stamp: { by: 'human', at: Date.now(), reason: null },
    },
  )
}

function write({ db }: Project, kind: 'edit' | 'add', sample: number, text: string, replaces?: number): ChangedCaption {
  const at = Date.now()
  return transaction(db, () => {
    const operation = insertOperation(db, { kind, details: { sample, text }, count: 1, at, undoable: true })
    const decided: NewCaption['decided'] = { decision: 'accepted', by: 'human', reason: null }
    const captionId = insertCaption(db, { sample, text, source: 'human', at, decided, replaces, operation })
    updateOperation(db, operation, { details: { sample, captionId, text } })
    return { operation: readOperation(db, operation), changed: 1, captionId }
  })
}

function cleaned(text: string): string {
  const clean = cleanCaption(text)
  if (clean === '')
    throw new Fault('caption-empty', 'The caption has no text.', { hint: 'Write one, or reject the pair instead.' })
  return clean
}

/** The caption itself or what took its place. Faults: not-found. */
function findLive(project: Project, id: number): CaptionRow {
  project.columns.refresh()
  const caption = captionById(project.db, project.columns.liveOf(id))
  if (!caption) throw new Fault('not-found', 'There is no such caption any more.', { subject: String(id) })
  return caption
}
