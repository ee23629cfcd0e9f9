import type { Command } from 'commander'
import { spawn } from 'node:child_process'
import { openLoopback, openSocket, type Door } from '../server/doors.ts'
import { createEngine, type Engine } from '../server/engine.ts'
import { faultOf } from '../contract/index.ts'
import { wholeNumber } from './options.ts'
import { faultText, type Output } from './output.ts'
import { clientOf, openFor } from './session.ts'

interface ServeOptions {
  project?: string
  port: number
  socket?: string
  open: boolean
  create: boolean
  untilStdinEnds: boolean
}

export function addServe(program: Command, output: Output) {
  program
    .command('serve')
    .description('Run the engine and the workbench for a browser on this machine, or through `ssh -L`.')
    .option('-p, --project <folder>', 'project to open; the sample project if left out')
    .option('--create', 'make the folder a project if it is none', false)
    .option('--port <number>', 'port on 127.0.0.1; any free one if left out', wholeNumber, 0)
    .option('--socket <path>', 'listen on a unix socket or named pipe that only you can reach, instead of TCP')
    .option(
      '--until-stdin-ends',
      'stop when stdin ends, so that the engine never outlives the program that started it',
      false,
    )
    .option('--no-open', "don't open the browser")
    .action((options: ServeOptions) => serve(options, output))
}

async function serve(options: ServeOptions, output: Output) {
  const engine = createEngine()
  try {
    await openProject(engine, options, output)
    const door = options.socket
      ? await openSocket(engine.handler, options.socket)
      : await openLoopback(engine.handler, options.port)
    announce(door, output)
    if (door.url && options.open && process.stderr.isTTY) openBrowser(address(door))
    await untilStopped(options)
    output.note('Stopping: running jobs are cancelled and can be resumed.')
    await door.close()
  } finally {
    await engine.stop()
  }
}

/** An engine without a project still serves: the window then offers to open one. */
async function openProject(engine: Engine, { project, create }: ServeOptions, output: Output) {
  try {
    await openFor({ engine, client: clientOf(engine) }, project, { create })
  } catch (error) {
    output.note(`The project could not be opened: ${faultText(faultOf(error))}`)
  }
}

const address = ({ url, token }: Door) => `${url}?token=${token}`

/** One line for programs on stdout, one for people on stderr. */
function announce(door: Door, output: Output) {
  const { url, token, socket } = door
  output.result(JSON.stringify({ url, token, socket, pid: process.pid }))
  output.note(url ? `Winnow is ready: ${address(door)}` : `Winnow is ready at ${socket}`)
}

function untilStopped({ untilStdinEnds }: ServeOptions): Promise<void> {
  return new Promise((resolve) => {
    // Subtle: unref, or stdin would keep a stopped engine alive.
    if (untilStdinEnds)
      process.stdin
        .once('end', () => resolve())
        .resume()
        .unref()
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve())
  })
}

/** Subtle: no shell, so nothing in the address can be taken for a command. */
function openBrowser(url: string) {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url]
  spawn(program!, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
