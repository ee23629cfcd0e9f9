import type { Command } from 'commander'
import { printJob } from './curate.ts'
import { followJob } from './follow.ts'
import { onProject } from './options.ts'
import type { Output } from './output.ts'
import { openFor, withEngine } from './session.ts'

export function addResume(program: Command, output: Output) {
  const command = program
    .command('resume')
    .description('Go on with a cancelled or failed job of any kind where it was.')
    .argument('[job]', 'id of the job; the last one if left out')
  onProject(command).action((given: string | undefined, { project, json }) =>
    withEngine(async (session) => {
      await openFor(session, project)
      const [last] = await session.client.jobs.list()
      const { id } = await session.client.jobs.resume({ job: given ?? last?.id ?? '' })
      printJob(await followJob(session.client, id, output), json, output)
    }),
  )
}
