import { loadCheckpoint } from '../checkpoint/index.ts'
import { upload, type Shape, type TrainableParameters } from '../model/index.ts'
import { startTensor, tf } from '../tensor/index.ts'
import { createTokenizer, type Tokenizer } from '../text/tokenizer.ts'

/** A model on the device, ready to score. */
export interface LoadedModel {
  hash: string
  name: string
  shape: Shape
  parameters: TrainableParameters
  tokenizer: Tokenizer
}

/**
 * Loads a checkpoint onto the device; starts the runtime if need be.
 * @throws Fault `checkpoint-corrupt`, `not-found`, `runtime-missing`, …
 */
export async function openModel(folder: string): Promise<LoadedModel> {
  await startTensor()
  const { hash, manifest, shape, vocabulary, tensors } = await loadCheckpoint(folder)
  return { hash, name: manifest.name, shape, parameters: upload(tensors), tokenizer: createTokenizer(vocabulary) }
}

export function closeModel({ parameters }: LoadedModel): void {
  tf.dispose(parameters)
}
