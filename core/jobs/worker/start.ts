import { join } from 'node:path'
import { loadCheckpoint, type LoadedCheckpoint } from '../../checkpoint/index.ts'
import { initialise, readShape } from '../../model/index.ts'
import { readVocabulary } from '../../text/vocabulary.ts'
import type { TrainTask } from '../protocol.ts'

type Start = Pick<LoadedCheckpoint, 'shape' | 'vocabulary' | 'tensors'> & { hash: string | null }

/** The starting checkpoint of a run, or fresh weights of a shape. */
export async function startOf({
  start,
  shape: name,
  seed,
}: Pick<TrainTask, 'start' | 'shape' | 'seed'>): Promise<Start> {
  if (start) return loadCheckpoint(start)
  const { shape, vocabularyFile } = readShape(join(import.meta.dirname, '../../../resources/models', `${name}.json`))
  return { shape, vocabulary: readVocabulary(vocabularyFile), tensors: initialise(shape, seed), hash: null }
}
