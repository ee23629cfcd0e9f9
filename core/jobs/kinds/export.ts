import { access, constants, mkdir } from 'node:fs/promises'
import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { asFault, Fault, faultFrom, type FaultRecord, type SpecOf } from '../../contract/index.ts'
import { exportDataset, previewExport } from '../../exchange/index.ts'
import type { Project } from '../../store/project.ts'
import type { Kind } from '../kind.ts'
import { usableCheckpoint } from '../checkpoints.ts'
import type { Workshop } from './index.ts'

/** Export of a selection in one of the dataset formats. */
export function exportDatasetKind({ project }: Workshop): Kind<'export-dataset'> {
  return {
    lane: 'files',
    async validate(spec) {
      const problem = (await previewExport(project, spec)).problems[0]
      if (problem) throw new Fault(problem.code, problem.message, { subject: spec.folder, hint: problem.hint })
      await checkWritable(spec.folder)
    },
    async run(spec, { signal, progress, countFaults }) {
      const result = await exportDataset(project, spec, {
        signal,
        onProgress: ({ stage, done, total }) => progress(stage, done, total),
      })
      countFaults()
      return { ...result }
    },
  }
}

/** Export of a checkpoint as a folder that transformers loads. */
export function exportModelKind({ project }: Workshop): Kind<'export-model'> {
  return {
    lane: 'files',
    async validate(spec) {
      const problem = (await previewModel(project, spec)).problems[0]
      if (problem) throw faultFrom(problem)
      await checkWritable(spec.folder)
    },
    async run({ checkpoint, layout, folder }, { signal, progress }) {
      // Loaded late: with it come the model and its tensors.
      const { exportPublished, loadCheckpoint } = await import('../../checkpoint/index.ts')
      const { folder: source } = await usableCheckpoint(project, checkpoint)
      progress('read', 0, 1)
      const { shape, tensors, vocabulary } = await loadCheckpoint(source)
      progress('read', 1, 1)
      signal.throwIfAborted()
      progress('write', 0, 1)
      const files = await exportPublished(folder, { shape, tensors, vocabulary }, layout)
      progress('write', 1, 1)
      return { folder, layout, files: files.length }
    },
  }
}

/** @throws Fault `not-permitted` (or the system's) where nothing could be written */
export async function checkWritable(folder: string) {
  const nearest = existing(folder)
  try {
    await access(nearest, constants.W_OK)
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw asFault(error, folder)
  }
}

function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder))
}

/** Counts and obstacles of a model export, before it starts. */
export async function previewModel(project: Project, { checkpoint, folder }: SpecOf<'export-model'>) {
  const problems: FaultRecord[] = []
  let bytes = 0
  try {
    const { parameters } = await usableCheckpoint(project, checkpoint)
    bytes = parameters * 4
  } catch (error) {
    problems.push(asFault(error).toJSON())
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) problems.push(notEmpty(folder).toJSON())
  return { pairs: 0, pictures: 0, bytes, problems }
}

const notEmpty = (folder: string) =>
  new Fault('folder-not-empty', 'The folder is not empty.', {
    subject: folder,
    hint: 'Choose a new or an empty folder.',
  })
