import { Command, CommanderError } from 'commander'
import { faultOf } from '../contract/index.ts'
import { programVersion } from '../server/routes/system.ts'
import { addCurateCommands } from './curate.ts'
import { addDemo } from './demo/index.ts'
import { addDoctor } from './doctor.ts'
import { Cancelled } from './follow.ts'
import { addModelCommands } from './models.ts'
import { createOutput, faultText, type Output } from './output.ts'
import { addResume } from './resume.ts'
import { addServe } from './serve.ts'

export const exitCodes = { done: 0, failed: 1, usage: 2, cancelled: 130 }

/** Runs one command line and returns its exit code. */
export async function runCommand(args: string[], output: Output = createOutput()): Promise<number> {
  try {
    await createProgram(output).parseAsync(args, { from: 'user' })
    return process.exitCode === undefined ? exitCodes.done : Number(process.exitCode)
  } catch (error) {
    return explain(error, args, output)
  }
}

function createProgram(output: Output): Command {
  const program = new Command('winnow')
    .description('Curate image-text pairs and fine-tune image-text models.')
    .version(programVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
    })
    .configureHelp({ showGlobalOptions: true })
  addDoctor(program, output)
  addCurateCommands(program, output)
  addModelCommands(program, output)
  addResume(program, output)
  addServe(program, output)
  addDemo(program, output)
  return program
}

function explain(error: unknown, args: string[], output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  if (error instanceof Cancelled) {
    output.note(`Cancelled. To go on: winnow resume ${error.message}`)
    return exitCodes.cancelled
  }
  const fault = faultOf(error)
  output.note(`winnow: ${faultText(fault)}`)
  if (args.includes('--json')) output.result(JSON.stringify({ fault: fault.toJSON() }))
  if (fault.code === 'unexpected' && process.env['WINNOW_DEBUG']) output.note(String((error as Error).stack))
  return fault.code === 'bad-input' || fault.code === 'usage' ? exitCodes.usage : exitCodes.failed
}
