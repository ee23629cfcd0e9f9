import { app } from 'electron'
import type { ChildProcess } from 'node:child_process'
import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const limitBytes = 5_000_000

/** Keeps what engines write to stderr in a file, and shows it in the terminal that started us. */
export function keepLog(): { file: string; follow: (child: ChildProcess) => ChildProcess } {
  const folder = app.getPath('logs')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'engine.log')
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > limitBytes) renameSync(file, `${file}.old`)
  const output = createWriteStream(file, { flags: 'a' })
  return {
    file,
    follow(child) {
      const start = `--- engine started, process ${child.pid}, ${new Date().toISOString()}\n`
      output.write(start)
      process.stderr.write(start)
      child.stderr?.pipe(output, { end: false })
      child.stderr?.pipe(process.stderr, { end: false })
      return child
    },
  }
}
