import { mkdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../contract/fault.ts'
import { checkDimensions, type HostTensors } from '../model/parameters.ts'
import { parameterShapes } from '../model/families.ts'
import type { BlipShape } from '../model/shape.ts'
import { withBlipTokens } from '../text/vocabulary.ts'
import { tokenizerJson } from '../text/tokenizer.ts'
import { writeSynced } from './durable.ts'
import { preprocessorConfig, publishedConfig, shapeFromConfig } from './config.ts'
import { architectures, layoutNames, toLayout, type Layout } from './layout.ts'
import { openSafetensors, writeSafetensors } from './safetensors.ts'
import { json, readTokens, specialTokensMap, tokenizerConfig } from './tokenizerFiles.ts'

export interface ExportedModel {
  shape: BlipShape
  tensors: HostTensors
  vocabulary: string[]
  layout: Layout
}

/**
 * Writes a folder that transformers loads with `from_pretrained`: configuration, weights, tokenizer, preprocessor.
 * @returns the files' names
 */
export async function exportHuggingFace(folder: string, model: ExportedModel): Promise<string[]> {
  const { shape, tensors, vocabulary, layout } = model
  await mkdir(folder, { recursive: true })
  const texts: Record<string, string> = {
    'config.json': json(publishedConfig(shape, layout)),
    'preprocessor_config.json': json(preprocessorConfig(shape)),
    'vocab.txt': `${vocabulary.join('\n')}\n`,
    'tokenizer.json': json(tokenizerJson(vocabulary)),
    'tokenizer_config.json': json(tokenizerConfig(shape)),
    'special_tokens_map.json': json(specialTokensMap),
    'README.md': readme(layout),
  }
  if (layout === 'captioning') texts['generation_config.json'] = json(generationConfig(shape))
  for (const [name, text] of Object.entries(texts)) await writeSynced(join(folder, name), text)
  // The weights come last and get their name when they are whole: an interrupted export can't be mistaken for a model.
  const unfinished = join(folder, '.model.safetensors.part')
  await writeSafetensors(unfinished, toLayout(shape, tensors, layout))
  await rename(unfinished, join(folder, 'model.safetensors'))
  return [...Object.keys(texts), 'model.safetensors']
}

export interface ImportedModel {
  shape: BlipShape
  vocabulary: string[]
  layout: Layout
  /** What the folder holds, under our names. */
  tensors: HostTensors
  /** Parameters that this layout has no place for (see `completeParameters`). */
  missing: string[]
}

/**
 * Reads a published folder of either layout.
 * @throws Fault `model-unsupported`, `parameter-missing`, `parameter-shape`, `safetensors-invalid` or `not-found`
 */
export async function importHuggingFace(folder: string): Promise<ImportedModel> {
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
  const layout = layoutOf(config, folder)
  const vocabulary = withBlipTokens(await readTokens(folder), folder)
  const shape = shapeFromConfig(config, vocabulary, folder)
  const tensors = await readLayout(join(folder, 'model.safetensors'), shape, layout)
  const missing = [...parameterShapes(shape).keys()].filter((name) => !tensors[name])
  return { shape, vocabulary, layout, tensors, missing }
}

async function readLayout(path: string, shape: BlipShape, layout: Layout): Promise<HostTensors> {
  await using file = await openSafetensors(path)
  const expected = parameterShapes(shape)
  const tensors: HostTensors = {}
  for (const [published, name] of layoutNames(shape, layout)) {
    const found = [published, ...(aliases[published] ?? [])].find((alias) => file.entries.has(alias))
    if (!found) throw new Fault('parameter-missing', `The model lacks the tensor ${published}.`, { subject: path })
    checkDimensions(published, expected.get(name)!, file.entries.get(found)!.shape, path)
    tensors[name] = await file.read(found)
  }
  return tensors
}

/** Tied tensors are stored once, under whichever of their names the writer met first. */
const aliases: Record<string, string[]> = {
  'text_decoder.bert.embeddings.word_embeddings.weight': ['text_decoder.cls.predictions.decoder.weight'],
  'text_decoder.cls.predictions.bias': ['text_decoder.cls.predictions.decoder.bias'],
}

function layoutOf(config: { architectures?: string[] }, folder: string): Layout {
  const name = config.architectures?.[0]
  const found = (Object.keys(architectures) as Layout[]).find((layout) => architectures[layout] === name)
  if (found) return found
  const known = Object.values(architectures).join(' and ')
  throw new Fault('model-unsupported', `Models of the kind ${name ?? 'unknown'} can't be read, only ${known}.`, {
    subject: folder,
  })
}

function generationConfig({ text }: BlipShape) {
  const { dec, sep, pad } = text.tokens
  return { bos_token_id: dec, eos_token_id: sep, pad_token_id: pad, max_length: Math.min(20, text.context) }
}

function readme(layout: Layout): string {
  const use = layout === 'retrieval' ? retrievalUse : captioningUse
  return `# ${architectures[layout]}\n\nExported by Winnow. Load with transformers:\n\n${use}`
}

const retrievalUse = `    processor = BlipProcessor.from_pretrained(folder)
    model = BlipForImageTextRetrieval.from_pretrained(folder)

The matching head was trained with [ENC] as the caption's first token, the contrastive head with [CLS]. The tokenizer
writes [CLS]; for matching scores equal to Winnow's put [ENC] in its place: \`input_ids[:, 0] = tokenizer.convert_tokens_to_ids("[ENC]")\`.
`

const captioningUse = `    processor = BlipProcessor.from_pretrained(folder)
    model = BlipForConditionalGeneration.from_pretrained(folder)
    ids = model.generate(**processor(images=picture, return_tensors="pt"), num_beams=3)
`
