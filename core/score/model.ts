import { loadCheckpoint } from '../checkpoint/index.ts'
import { asBlip, upload, type BlipShape, type Shape, type TrainableParameters } from '../model/index.ts'
import { startTensor, tf } from '../tensor/index.ts'
import { createTokenizer, type Tokenizer } from '../text/tokenizer.ts'

/** A model on the device, ready to score. */
export interface LoadedModel<S extends Shape = BlipShape> {
  hash: string
  name: string
  shape: S
  parameters: TrainableParameters
  tokenizer: Tokenizer
}

/**
 * Loads a BLIP checkpoint onto the device; starts the runtime if need be.
 * @throws Fault `family-unsuitable`, `checkpoint-corrupt`, `not-found`, `runtime-missing`, …
 */
export async function openModel(folder: string): Promise<LoadedModel> {
  await startTensor()
  const { hash, manifest, shape, vocabulary, tensors } = await loadCheckpoint(folder)
  return {
    hash,
    name: manifest.name,
    shape: asBlip(shape, manifest.name),
    parameters: upload(tensors),
    tokenizer: createTokenizer(vocabulary),
  }
}

export function closeModel({ parameters }: LoadedModel): void {
  tf.dispose(parameters)
}
