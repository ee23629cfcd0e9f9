import { join } from 'node:path'
import { loadCheckpoint, type LoadedCheckpoint } from '../../checkpoint/index.ts'
import { completeParameters, initialise, readShape } from '../../model/index.ts'
import { encoderOf } from '../../model/lend.ts'
import { readVocabulary } from '../../text/vocabulary.ts'
import type { TrainTask } from '../protocol.ts'

type Start = Pick<LoadedCheckpoint, 'shape' | 'vocabulary' | 'tensors'> & { hash: string | null }

/** The starting checkpoint of a run, or fresh weights of a shape; with the picture encoder of a checkpoint of another shape. */
export async function startOf({
  start,
  shape: name,
  seed,
}: Pick<TrainTask, 'start' | 'shape' | 'seed'>): Promise<Start> {
  const given = start === null ? null : await loadCheckpoint(start)
  if (given?.shape.name === name) return given
  const { shape, vocabularyFile } = readShape(join(import.meta.dirname, '../../../resources/models', `${name}.json`))
  const tensors = given ? completeParameters(shape, encoderOf(given.tensors), seed) : initialise(shape, seed)
  return { shape, vocabulary: readVocabulary(vocabularyFile), tensors, hash: given?.hash ?? null }
}
