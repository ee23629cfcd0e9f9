import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { randomUUID } from 'node:crypto'
import { Fault, type Checkpoint } from '../contract/index.ts'
import type { Project } from '../store/project.ts'
import { registerCheckpoint } from './checkpoints.ts'

/**
 * Makes a checkpoint from elsewhere known to a project. A folder of ours stays where it is; a published
 * one is written to the project in our layout, with seeded random weights for what it lacks.
 */
export async function importCheckpoint(
  project: Project,
  { folder, name }: { folder: string; name: string },
): Promise<Checkpoint> {
  const source = resolve(folder)
  const { verifyCheckpoint } = await import('../checkpoint/index.ts')
  if (existsSync(join(source, 'manifest.json'))) {
    await verifyCheckpoint(source)
    return registerCheckpoint(project, source, 'imported', name)
  }
  if (!existsSync(join(source, 'config.json'))) {
    throw new Fault('not-a-checkpoint', 'The folder holds no checkpoint.', {
      subject: source,
      hint: 'Choose a folder with manifest.json, or a Hugging Face folder with config.json.',
    })
  }
  return registerCheckpoint(project, await adopt(project, source, name), 'imported', name)
}

async function adopt(project: Project, source: string, name: string): Promise<string> {
  const { importPublished, writeCheckpoint } = await import('../checkpoint/index.ts')
  const { completeParameters } = await import('../model/index.ts')
  const { shape, vocabulary, tensors } = await importPublished(source)
  const target = join(project.folder, 'checkpoints', randomUUID())
  await writeCheckpoint(target, { name, shape, vocabulary, parameters: completeParameters(shape, tensors, 1), step: 0 })
  return target
}
