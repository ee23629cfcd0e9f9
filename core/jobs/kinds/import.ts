import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Fault } from '../../contract/index.ts'
import { importPairs } from '../../exchange/index.ts'
import { composeSample } from '../../exchange/sample/index.ts'
import type { Project } from '../../store/project.ts'
import { summarize } from '../../store/project.ts'
import type { JobContext, Kind } from '../kind.ts'
import { every } from '../pace.ts'
import type { Workshop } from './index.ts'

/** Where the sample project keeps its composed scenes. */
export function sceneFolder(project: Project): string {
  return join(project.folder, 'scenes')
}

/** Import of pictures and captions; in the sample project the scenes are composed first. */
export function importKind({ project, changed }: Workshop): Kind<'import'> {
  const composes = (path: string) => summarize(project).sample && dirname(resolve(path)) === sceneFolder(project)
  return {
    lane: 'files',
    validate(spec) {
      if (existsSync(spec.path) || composes(spec.path)) return
      throw new Fault('not-found', 'The file or folder does not exist.', {
        subject: spec.path,
        hint: 'Check the path; it may have been moved.',
      })
    },
    async run(spec, context) {
      if (composes(spec.path)) await compose(project, context)
      const tell = every(500, () => changed('pairs'))
      const result = await importPairs(project, spec, {
        job: context.job,
        signal: context.signal,
        onProgress({ stage, done, total }) {
          context.countFaults()
          context.progress(stage, done, total)
          tell()
        },
      })
      context.countFaults()
      changed('pairs')
      changed('history')
      return result
    },
  }
}

async function compose(project: Project, { signal, progress }: JobContext) {
  await composeSample(sceneFolder(project), { signal, progress: ({ done, total }) => progress('compose', done, total) })
}
