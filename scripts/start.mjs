/** `npm start`: sets up what is missing, then opens the workbench, in a window or else in the browser. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setUp } from './setup/all.mjs'
import { childEnvironment, nodeBinary, root } from './setup/places.mjs'
import { fail, step, warn } from './setup/say.mjs'

const earlyMs = 5_000

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  fail(error.message)
  process.exitCode = 1
}

async function main(args) {
  const { electron } = await setUp()
  const rest = args.filter((arg) => arg !== '--setup-only' && arg !== '--browser')
  if (args.includes('--setup-only')) return 0
  if (args.includes('--browser')) return openBrowser(rest)
  const obstacle = electron.executable ? noDisplay() : electron.reason
  if (!obstacle) return openWindow(electron.executable, rest)
  warn(`No desktop window: ${obstacle}. The workbench opens in the browser instead.`)
  return openBrowser(rest)
}

function noDisplay() {
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  return display ? null : 'there is no display (DISPLAY is not set)'
}

async function openWindow(executable, args) {
  step('Opening the workbench')
  const started = Date.now()
  const code = await follow(executable, ['.', ...sandboxArguments(), ...args])
  if (code === 0 || Date.now() - started > earlyMs) return code
  warn(`Electron ended at once (exit code ${code}). Opening the workbench in the browser instead.`)
  return openBrowser(args)
}

/** Chromium refuses its sandbox for root. */
function sandboxArguments() {
  if (process.getuid?.() !== 0) return []
  warn('Started as root: Electron’s sandbox is off. Start Winnow as a normal user where you can.')
  return ['--no-sandbox']
}

function openBrowser(args) {
  return follow(nodeBinary(), ['core/cli.ts', 'serve', ...args])
}

/** Runs a program in the foreground: its output and our signals pass through. */
function follow(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: childEnvironment() })
    const pass = (signal) => child.kill(signal)
    process.on('SIGINT', pass).on('SIGTERM', pass)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}
