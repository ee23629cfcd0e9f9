import { Fault, type Decoding, type SpecOf } from '../../contract/index.ts'
import { countHandled, countPictures, pendingPictures, storePictureFault, storeResults } from '../../curate/index.ts'
import { appendSpan } from '../../store/profiles.ts'
import { usableCheckpoint } from '../checkpoints.ts'
import type { JobContext, Kind } from '../kind.ts'
import { every } from '../pace.ts'
import type { FromWorker, Task, WorkPicture } from '../protocol.ts'
import { checkRuntime } from '../runtime.ts'
import { runInWorker } from '../worker-host.ts'
import type { Workshop } from './index.ts'

type Spec = SpecOf<'capfilt'>

/** Writes synthetic captions and scores captions, picture by picture; goes on with those not handled yet. */
export function capfiltKind(shop: Workshop): Kind<'capfilt'> {
  const { project } = shop
  return {
    lane: 'worker',
    async validate(spec) {
      if (spec.captioner === null && spec.filter === null)
        throw new Fault('nothing-to-do', 'Neither a captioner nor a filter is chosen.')
      if (spec.minLength >= spec.maxLength)
        throw new Fault('length-invalid', 'The least length must be below the greatest.', { subject: 'minLength' })
      if (countPictures(project, spec) === 0)
        throw new Fault('no-pictures', 'No picture of this selection needs it.', {
          subject: spec.query.text,
          hint: 'Widen the query, or caption all pictures.',
        })
      for (const hash of new Set([spec.captioner, spec.filter]))
        if (hash !== null) await usableCheckpoint(project, hash)
      checkRuntime()
    },
    async run(spec, context) {
      const task = await taskOf(shop, spec, context.job)
      const feed = createFeed(shop, spec, context)
      await runInWorker(task, { ...shop.worker, signal: context.signal, feed: feed.next, onMessage: feed.take })
      feed.close()
      return { pictures: countHandled(project, context.job), written: feed.counts.written, scored: feed.counts.scored }
    },
  }
}

/** With this many pictures, compiling takes less than it spares, also for a small model. */
const compiledFrom = 5000

async function taskOf({ project }: Workshop, spec: Spec, job: string): Promise<Task> {
  const folderOf = async (hash: string | null) =>
    hash === null ? null : (await usableCheckpoint(project, hash)).folder
  const { decoding, prompt, minLength, maxLength, batchSize } = spec
  return {
    kind: 'capfilt',
    captioner: await folderOf(spec.captioner),
    filter: await folderOf(spec.filter),
    decoding: decoding satisfies Decoding,
    prompt,
    minLength,
    maxLength,
    batchSize,
    compile: countPictures(project, spec, job) >= compiledFrom,
  }
}

/** Hands out pictures in order and takes in what the worker found for them. */
function createFeed({ project, changed }: Workshop, spec: Spec, context: JobContext) {
  const { job } = context
  const total = countPictures(project, spec, job)
  const open = new Map<string, number>()
  const counts = { written: 0, scored: 0 }
  const tell = every(1000, () => changed('pairs'))
  let last = 0
  const told = () => {
    context.progress('pictures', countHandled(project, job), total)
    tell()
  }

  function take(message: FromWorker) {
    if (message.kind === 'results') {
      const stored = storeResults(project, { job, spec }, message.results)
      counts.written += stored.written
      counts.scored += stored.scored
      told()
    } else if (message.kind === 'item-fault') {
      const sample = open.get(message.subject)
      if (sample === undefined) context.itemFault(message.subject, message.fault)
      else storePictureFault(project, job, sample, message.fault)
      context.countFaults()
      told()
    } else if (message.kind === 'profile') {
      appendSpan(project, job, message.span)
    } else if (message.kind === 'stage' && message.stage !== 'pictures') {
      context.progress(message.stage, message.done, message.total)
    }
  }

  return {
    counts,
    take,
    next(): WorkPicture[] {
      const pictures = pendingPictures(project, job, spec, last, spec.batchSize)
      last = pictures.at(-1)?.sampleId ?? last
      // A worker may name a picture by its path or by its id.
      for (const { path, sampleId } of pictures) open.set(path, sampleId).set(String(sampleId), sampleId)
      if (pictures.length > 0) told()
      return pictures
    },
    close() {
      changed('pairs')
      changed('history')
    },
  }
}
