import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { faultRecord } from '../../../contract/index.ts'

const tested = z.object({
  /** What it holds for; see `identityOf`. */
  identity: z.string(),
  at: z.string(),
  /** Name of the device as the plugin tells it; null when the test failed. */
  device: z.string().nullable(),
  memoryBytes: z.number().nullable(),
  seconds: z.number(),
  /** Why the test failed; null when all numbers were right. */
  fault: faultRecord.nullable(),
})

/** The outcome of a self-test on the GPU. */
export type Tested = z.infer<typeof tested>

const fileIn = (cache: string) => join(cache, 'gpu.json')

/** The last self-test's outcome for this identity, or null where there is none. */
export function recall(cache: string, identity: string): Tested | null {
  try {
    const found = tested.parse(JSON.parse(readFileSync(fileIn(cache), 'utf8')))
    return found.identity === identity ? found : null
  } catch {
    return null // No record, or one of another version: the test is run again.
  }
}

export function remember(cache: string, outcome: Tested): void {
  mkdirSync(cache, { recursive: true })
  const part = `${fileIn(cache)}.part-${process.pid}`
  writeFileSync(part, JSON.stringify(outcome, null, 2))
  renameSync(part, fileIn(cache))
}
