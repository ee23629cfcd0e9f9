import type { Command } from 'commander'
import { faultText, type Output } from './output.ts'
import { withEngine } from './session.ts'

export function addDoctor(program: Command, output: Output) {
  program
    .command('doctor')
    .description('Check what Winnow needs on this machine, and say what to do about each problem.')
    .option('-p, --project <folder>', 'look at the disk of this project')
    .option('--json', 'print the report as one JSON object')
    .action(({ project, json }) =>
      withEngine(async ({ client }) => {
        if (project) await client.project.open({ folder: project })
        const report = await client.system.doctor()
        for (const { name, ok, found, fault } of report.checks) {
          const text = `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${fault ? faultText(fault) : found}`
          if (json) output.note(text)
          else output.result(text)
        }
        if (json) output.result(JSON.stringify(report))
        if (!report.ok) process.exitCode = 1
      }),
    )
}
