/** Runs other programs. */
import { spawn } from 'node:child_process'
import { childEnvironment, root } from './places.mjs'

/**
 * Runs a program and waits for it.
 * `capture` collects its output instead of showing it; `limitMs` ends it when it takes longer.
 * Never throws for a failing program: look at `code` (127 when it could not be started).
 */
export function run(program, args, { capture = false, env = {}, limitMs = 0, cwd = root } = {}) {
  return new Promise((resolve) => {
    const stdio = capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit']
    const child = spawn(program, args, { cwd, stdio, env: childEnvironment(env) })
    let output = ''
    let timedOut = false
    child.stdout?.on('data', (bytes) => (output += bytes))
    child.stderr?.on('data', (bytes) => (output += bytes))
    const timer =
      limitMs &&
      setTimeout(() => {
        timedOut = true
        child.kill('SIGKILL')
      }, limitMs)
    child.on('error', (error) => finish(127, error.message))
    child.on('close', (code) => finish(code ?? 1))
    function finish(code, message = '') {
      clearTimeout(timer)
      resolve({ code, timedOut, output: output + message })
    }
  })
}

/** npm by the path that npm itself gives to its scripts, so that it is the same one on every system. */
export function npm(args, options) {
  const script = process.env.npm_execpath
  if (script?.endsWith('.js')) return run(process.execPath, [script, ...args], options)
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options)
}
