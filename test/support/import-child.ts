// A process that imports into a project and says after each batch what it has stored; to be killed.
import { importPairs } from '../../core/exchange/index.ts'
import { insertJob, listJobs } from '../../core/store/jobs.ts'
import { openProject, summarize } from '../../core/store/project.ts'

const [folder, path] = process.argv.slice(2) as [string, string]
const project = openProject(folder, { create: true })
const spec = { kind: 'import' as const, format: 'auto' as const, source: 'web' as const, path }
if (listJobs(project).length === 0) insertJob(project, { id: 'killed', spec })
await importPairs(project, spec, {
  job: 'killed',
  onProgress: () => process.stdout.write(`${summarize(project).pictures}\n`),
})
process.stdout.write('done\n')
project.close()
