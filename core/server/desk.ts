import { join, resolve } from 'node:path'
import { Fault, type RecentProject } from '../contract/index.ts'
import { registerShipped } from '../jobs/checkpoints.ts'
import { createKinds, type WorkerSettings } from '../jobs/kinds/index.ts'
import { sceneFolder } from '../jobs/kinds/import.ts'
import { projectStore } from '../jobs/project-store.ts'
import { createQueue, type Queue } from '../jobs/queue.ts'
import { openProject, summarize, type Project } from '../store/project.ts'
import { createChanges, type Changes } from './changes.ts'
import { createLog, type EngineLog } from './log.ts'
import { stackOf } from './faults.ts'
import { sampleFolder, userFolder } from './places.ts'
import { readRecent, rememberRecent } from './recent.ts'

/** The open project with its queue. */
export interface Opened {
  project: Project
  queue: Queue
}

/** What the engine works at: at most one project is open. */
export interface Desk {
  readonly changes: Changes
  readonly log: EngineLog
  current(): Opened | null
  /** @throws Fault `no-project` */
  opened(): Opened
  open(folder: string, options?: { create?: boolean; sample?: boolean }): Promise<Opened>
  /** The sample project, with the job that fills it, if it isn't full yet. */
  openSample(): Promise<Opened & { job: string | null }>
  recent(): RecentProject[]
  close(): Promise<void>
}

export interface DeskOptions {
  /** Folder of the user's own things; decides where the sample project lies. */
  user?: string
  worker?: WorkerSettings
}

export function createDesk({ user = userFolder(), worker = {} }: DeskOptions = {}): Desk {
  const changes = createChanges()
  const log = createLog()
  let current: Opened | null = null
  // Opening and closing happen one after another, whoever asks.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work)
    turn = next.catch(() => {})
    return next
  }

  async function shut() {
    const open = current
    current = null
    log.follow(null)
    await open?.queue.stop()
    open?.project.close()
  }

  async function enter(folder: string, { create = false, sample = false } = {}): Promise<Opened> {
    const root = resolve(folder)
    if (current?.project.folder === root) return current
    // The other project stays open if this one can't be opened.
    const project = openProject(root, { create, sample, ...(sample && { name: 'Sample' }) })
    await shut()
    log.follow(project.folder)
    await registerShipped(project, undefined, log.write)
    current = { project, queue: queueOf(project) }
    rememberRecent(user, project.folder, summarize(project).name)
    changes.tell('project')
    return current
  }

  function queueOf(project: Project): Queue {
    const settings = { ...worker, onStderr: worker.onStderr ?? log.write }
    return createQueue({
      store: projectStore(project),
      kinds: createKinds({ project, worker: settings, changed: changes.tell }),
      onChange: () => changes.tell('jobs'),
      onUnexpected: (error, job) => log.write(`job ${job}: ${stackOf(error)}`),
    })
  }

  return {
    changes,
    log,
    current: () => current,
    opened() {
      if (current) return current
      throw new Fault('no-project', 'No project is open.', { hint: 'Open a project, or the sample project.' })
    },
    open: (folder, options) => inTurn(() => enter(folder, options)),
    openSample: () =>
      inTurn(async () => {
        const opened = await enter(sampleFolder(user), { create: true, sample: true })
        return { ...opened, job: await fillSample(opened) }
      }),
    recent: () => readRecent(user),
    close: () => inTurn(shut).finally(changes.close),
  }
}

/** Starts (or goes on with) the imports that fill the sample project. */
async function fillSample({ project, queue }: Opened): Promise<string | null> {
  let first: string | null = null
  for (const source of ['web', 'human'] as const) {
    const path = join(sceneFolder(project), `${source}.jsonl`)
    const known = queue.list().find(({ spec }) => spec.kind === 'import' && spec.path === path)
    if (known?.state === 'finished') continue
    const job = known
      ? await queue.resume(known.id)
      : await queue.start({
          kind: 'import',
          path,
          format: 'jsonl',
          pathColumn: 'path',
          captionColumn: 'caption',
          source,
        })
    first ??= job.id
  }
  return first
}
