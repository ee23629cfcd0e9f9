import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../contract/fault.ts'
import { parseShape } from '../model/families.ts'

export const manifestFile = 'manifest.json'

const fileRecord = z.object({
  size: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** Where a checkpoint comes from; every part may be absent for one that was shipped or imported. */
const lineageSchema = z.object({
  run: z.string().nullable().default(null),
  /** Hash of the checkpoint that training started from. */
  parent: z.string().nullable().default(null),
  /** Hash of the data that it was trained on. */
  snapshot: z.string().nullable().default(null),
})

const manifestSchema = z.object({
  format: z.literal(1),
  name: z.string(),
  shape: z.unknown().transform((shape) => parseShape(shape)),
  /** Every knob as it was used. */
  recipe: z.record(z.string(), z.unknown()).nullable(),
  step: z.number().int().nonnegative(),
  lineage: lineageSchema,
  createdAt: z.string(),
  files: z.record(z.string().regex(/^[\w-]+(\.[\w-]+)+$/), fileRecord),
})
export type Manifest = z.infer<typeof manifestSchema>
export type Lineage = z.infer<typeof lineageSchema>

/**
 * Reads a checkpoint's manifest; its files are not looked at (see `verifyCheckpoint`).
 * @throws Fault `checkpoint-corrupt`, or `not-found` if the folder has no manifest
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, manifestFile)
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    throw new Fault('not-found', 'The folder is not a checkpoint: it has no manifest.', { subject: path, cause })
  })
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw corrupt(path, 'Its manifest is damaged.', cause)
  }
}

/** A checkpoint's name for all time: SHA-256 over its files' names and hashes. */
export function checkpointHash({ files }: Pick<Manifest, 'files'>): string {
  const lines = Object.keys(files)
    .sort()
    .map((name) => `${files[name]!.sha256}  ${name}\n`)
  return createHash('sha256').update(lines.join('')).digest('hex')
}

export function corrupt(path: string, reason: string, cause?: unknown): Fault {
  const hint = 'Use an earlier checkpoint of the run, or get this one again.'
  return new Fault('checkpoint-corrupt', `The checkpoint can't be used. ${reason}`, { subject: path, hint, cause })
}
