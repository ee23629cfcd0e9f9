/** Reads the JSON reports that test runners leave. */
import { existsSync, readFileSync } from 'node:fs'

/** The report, or null when the runner ended before it wrote one. */
export function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}
