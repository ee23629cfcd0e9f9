import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../contract/fault.ts'
import type { HostTensors } from '../model/parameters.ts'
import { parameterShapes } from '../model/families.ts'
import type { BlipShape } from '../model/shape.ts'
import { withBlipTokens } from '../text/vocabulary.ts'
import { publishedConfig, shapeFromConfig } from './config.ts'
import { architectures, layoutNames, toLayout, type Layout } from './layout.ts'
import { readPublishedTensors, writePublished } from './publishedFolder.ts'
import { json, readTokens } from './tokenizerFiles.ts'

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
  return writePublished(folder, {
    config: publishedConfig(shape, layout),
    processor: 'BlipProcessor',
    readme: readme(layout),
    more: layout === 'captioning' ? { 'generation_config.json': json(generationConfig(shape)) } : {},
    vocabulary,
    shape,
    tensors: toLayout(shape, tensors, layout),
  })
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
  const expected = parameterShapes(shape)
  const wanted = [...layoutNames(shape, layout)].map(([published, name]) => ({
    name,
    published: [published, ...(aliases[published] ?? [])],
    shape: expected.get(name)!,
  }))
  const tensors = await readPublishedTensors(folder, wanted)
  const missing = [...expected.keys()].filter((name) => !tensors[name])
  return { shape, vocabulary, layout, tensors, missing }
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
