import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { faultFrom, type DoctorReport, type GpuProgress } from '../contract/index.ts'
import { faultText, type Output } from './output.ts'
import { withEngine, type Client } from './session.ts'

interface Options {
  project?: string
  json?: boolean
  installGpu?: boolean
}

export function addDoctor(program: Command, output: Output) {
  program
    .command('doctor')
    .description('Check what Winnow needs on this machine, and say what to do about each problem.')
    .option('-p, --project <folder>', 'look at the disk of this project')
    .option('--install-gpu', 'fetch the plugin that fits the graphics card, and test it')
    .option('--json', 'print the report as one JSON object')
    .action(({ project, json, installGpu }: Options) =>
      withEngine(async ({ client }) => {
        if (project) await client.project.open({ folder: project })
        if (installGpu) await install(client, output)
        let report = await client.system.doctor()
        tell(report, json ? output.note : output.result)
        if (!installGpu && !json && (await wanted(report))) {
          await install(client, output)
          report = await client.system.doctor()
          tell(report, output.result)
        }
        if (json) output.result(JSON.stringify(report))
        if (!report.ok || (installGpu && report.gpu.state !== 'ready')) process.exitCode = 1
      }),
    )
}

function tell({ checks }: DoctorReport, write: (text: string) => void) {
  for (const { name, ok, found, fault } of checks)
    write(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${fault ? faultText(fault) : found}`)
}

/** Asks a person at a terminal whether to install the plugin that fits. */
async function wanted({ gpu }: DoctorReport): Promise<boolean> {
  if (gpu.state !== 'installable' || !process.stdin.isTTY || !process.stderr.isTTY) return false
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question(`Download ${gpu.plugin} now (${gigabytes(gpu.downloadBytes)} GB)? [y/N] `)
  lines.close()
  return /^y(es)?$/i.test(answer.trim())
}

async function install(client: Client, output: Output) {
  for await (const progress of await client.system.installGpu()) {
    if (progress.fault) throw faultFrom(progress.fault)
    if (progress.stage !== 'done') output.update(textOf(progress))
  }
  output.settle()
}

function textOf({ stage, doneBytes, totalBytes }: GpuProgress): string {
  if (stage === 'test') return 'Testing the GPU: gradient, captured step, bfloat16'
  return `${stage === 'download' ? 'Downloaded' : 'Unpacked'} ${gigabytes(doneBytes)} of ${gigabytes(totalBytes)} GB`
}

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2)
