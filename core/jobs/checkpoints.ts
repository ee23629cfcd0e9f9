import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asFault, Fault, type Checkpoint } from '../contract/index.ts'
import { parameterCount } from '../model/families.ts'
import { getCheckpoint, insertCheckpoint } from '../store/checkpoints.ts'
import type { Project } from '../store/project.ts'

// The checkpoint room is loaded late: with it come the model and its tensors, which an engine that only curates never needs.
const room = () => import('../checkpoint/index.ts')

const shippedFolder = join(import.meta.dirname, '../../resources/sample/checkpoints')

/**
 * The checkpoint with this hash, every byte compared with its manifest.
 * @throws Fault `checkpoint-unknown`, `checkpoint-corrupt` or `not-found`
 */
export async function usableCheckpoint(project: Project, hash: string): Promise<Checkpoint> {
  const found = getCheckpoint(project, hash)
  if (!found)
    throw new Fault('checkpoint-unknown', 'There is no such checkpoint in this project.', {
      subject: hash,
      hint: 'Choose one from the list of models.',
    })
  const { verifyCheckpoint } = await room()
  const verified = await verifyCheckpoint(found.folder)
  if (verified.hash === hash) return found
  throw new Fault('checkpoint-corrupt', "The checkpoint's folder holds another checkpoint.", { subject: found.folder })
}

/** Hash of a checkpoint folder, by its manifest; its files are not looked at. */
export async function hashOf(folder: string): Promise<string> {
  const { checkpointHash, readManifest } = await room()
  return checkpointHash(await readManifest(folder))
}

/** Adds a checkpoint folder to the project and returns its record. */
export async function registerCheckpoint(
  project: Project,
  folder: string,
  origin: Checkpoint['origin'],
  name?: string,
  run: string | null = null,
): Promise<Checkpoint> {
  const { checkpointHash, readManifest } = await room()
  const manifest = await readManifest(folder)
  const checkpoint: Checkpoint = {
    hash: checkpointHash(manifest),
    name: name ?? manifest.name,
    folder,
    shape: manifest.shape.name,
    family: manifest.shape.family,
    parameters: parameterCount(manifest.shape),
    origin,
    run,
    step: manifest.step,
    createdAt: manifest.createdAt,
    fault: null,
  }
  insertCheckpoint(project, checkpoint)
  return checkpoint
}

/** Makes the checkpoints that come with the program known to a project; their place may have changed since. */
export async function registerShipped(
  project: Project,
  folder = shippedFolder,
  log: (text: string) => void = () => {},
) {
  if (!existsSync(folder)) return
  for (const name of (await readdir(folder)).sort()) {
    if (!existsSync(join(folder, name, 'manifest.json'))) continue
    await registerCheckpoint(project, join(folder, name), 'shipped').catch((error) =>
      log(`${name}: ${asFault(error).message}`),
    )
  }
}
