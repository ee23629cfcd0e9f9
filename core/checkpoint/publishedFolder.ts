import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../contract/fault.ts'
import { checkDimensions, type HostTensors } from '../model/parameters.ts'
import type { Shape } from '../model/shape.ts'
import { tokenizerJson } from '../text/tokenizer.ts'
import { preprocessorConfig } from './config.ts'
import { writeSynced } from './durable.ts'
import { openSafetensors, writeSafetensors } from './safetensors.ts'
import { json, specialTokensMap, tokenizerConfig } from './tokenizerFiles.ts'

const weightsFile = 'model.safetensors'

export interface PublishedFolder {
  /** What config.json says. */
  config: object
  /** What preprocessor_config.json says otherwise than BLIP's. */
  looks?: object
  /** The class that transformers reads pictures and texts with. */
  processor: string
  readme: string
  /** Files of this layout alone, by name. */
  more?: Record<string, string>
  vocabulary: string[]
  shape: Shape
  /** Under their published names. */
  tensors: HostTensors
}

/** Writes a folder that transformers loads with `from_pretrained`. @returns the files' names */
export async function writePublished(folder: string, content: PublishedFolder): Promise<string[]> {
  const { config, looks, processor, readme, more, vocabulary, shape, tensors } = content
  await mkdir(folder, { recursive: true })
  const texts: Record<string, string> = {
    'config.json': json(config),
    'preprocessor_config.json': json({ ...preprocessorConfig(shape, processor), ...looks }),
    'vocab.txt': `${vocabulary.join('\n')}\n`,
    'tokenizer.json': json(tokenizerJson(vocabulary)),
    'tokenizer_config.json': json(tokenizerConfig(shape.text.context, processor)),
    'special_tokens_map.json': json(specialTokensMap),
    'README.md': readme,
    ...more,
  }
  for (const [name, text] of Object.entries(texts)) await writeSynced(join(folder, name), text)
  // The weights come last and get their name when they are whole: an interrupted export can't be mistaken for a model.
  const unfinished = join(folder, `.${weightsFile}.part`)
  await writeSafetensors(unfinished, tensors)
  await rename(unfinished, join(folder, weightsFile))
  return [...Object.keys(texts), weightsFile]
}

export interface WantedTensor {
  /** Our name. */
  name: string
  /** Names it may stand under in the file; the first is the one that a fault tells. */
  published: string[]
  shape: number[]
}

/**
 * Reads tensors of a published folder, under our names.
 * @throws Fault `parameter-missing`, `parameter-shape` or `safetensors-invalid`
 */
export async function readPublishedTensors(folder: string, wanted: WantedTensor[]): Promise<HostTensors> {
  const path = join(folder, weightsFile)
  await using file = await openSafetensors(path)
  const tensors: HostTensors = {}
  for (const { name, published, shape } of wanted) {
    const found = published.find((alias) => file.entries.has(alias))
    if (!found) throw new Fault('parameter-missing', `The model lacks the tensor ${published[0]}.`, { subject: path })
    checkDimensions(published[0]!, shape, file.entries.get(found)!.shape, path)
    tensors[name] = await file.read(found)
  }
  return tensors
}
