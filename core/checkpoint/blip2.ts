import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../contract/fault.ts'
import { languageHead, qformerParameterShapes, temperature, wordEmbeddings } from '../model/qformer/names.ts'
import type { QFormerShape } from '../model/qformer/shape.ts'
import type { HostTensor, HostTensors } from '../model/parameters.ts'
import { withBlipTokens } from '../text/vocabulary.ts'
import { blip2Architecture, blip2Config, blip2Shape, parseBlip2Config } from './blip2Config.ts'
import { readPublishedTensors, writePublished } from './publishedFolder.ts'
import { readTokens } from './tokenizerFiles.ts'

export interface QFormerModel {
  shape: QFormerShape
  tensors: HostTensors
  vocabulary: string[]
}

/**
 * Writes a folder that transformers loads as Blip2ForImageTextRetrieval. The layout has no place for the captioning head and
 * the temperature, so they stay behind.
 * @returns the files' names
 */
export async function exportBlip2(folder: string, { shape, tensors, vocabulary }: QFormerModel): Promise<string[]> {
  return writePublished(folder, {
    config: blip2Config(shape),
    processor: 'Blip2Processor',
    readme,
    vocabulary,
    shape,
    tensors: Object.fromEntries(publishedNames(shape).map((name) => [name, tensors[name]!])),
  })
}

export interface ImportedQFormer extends QFormerModel {
  /** Parameters that this layout has no place for (see `completeParameters`). */
  missing: string[]
}

/**
 * Reads a published folder of that layout. Published vocabularies end with [DEC]; [ENC], which no Q-Former uses, is appended
 * with a zero embedding, so that all models here have the same special tokens.
 * @throws Fault `model-unsupported`, `parameter-missing`, `parameter-shape`, `safetensors-invalid` or the file system's own
 */
export async function importBlip2(folder: string): Promise<ImportedQFormer> {
  const config = parseBlip2Config(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')), folder)
  const rows = config.qformer_config.vocab_size
  // Subtle: processors add <image> behind the vocabulary, which has no embedding.
  const vocabulary = withBlipTokens((await readTokens(folder)).slice(0, rows), folder)
  if (vocabulary.length < rows) {
    const message = `This is not a BLIP-2 model that can be run here. It has ${rows} word embeddings for ${vocabulary.length} tokens.`
    throw new Fault('model-unsupported', message, { subject: folder })
  }
  const shape = blip2Shape(config, vocabulary, folder)
  const tensors = await readPublished(folder, shape, rows)
  const missing = [...qformerParameterShapes(shape).keys()].filter((name) => !tensors[name])
  return { shape, vocabulary, tensors, missing }
}

async function readPublished(folder: string, shape: QFormerShape, rows: number): Promise<HostTensors> {
  const expected = qformerParameterShapes(shape)
  expected.set(wordEmbeddings, [rows, shape.text.width])
  const wanted = publishedNames(shape).map((name) => ({ name, published: [name], shape: expected.get(name)! }))
  const tensors = await readPublishedTensors(folder, wanted)
  tensors[wordEmbeddings] = withRows(tensors[wordEmbeddings]!, shape.text.vocabularySize)
  return tensors
}

/** A matrix with rows of zeros appended. */
function withRows({ shape, data }: HostTensor, rows: number): HostTensor {
  const width = shape[1]!
  const longer = new Float32Array(rows * width)
  longer.set(data)
  return { shape: [rows, width], data: longer }
}

/** All our names but those of the captioning head and the temperature; they are the published ones. */
function publishedNames(shape: QFormerShape): string[] {
  const names = [...qformerParameterShapes(shape).keys()]
  return names.filter((name) => !name.startsWith(languageHead) && name !== temperature)
}

const readme = `# ${blip2Architecture}

Exported by Winnow. Load with transformers:

    processor = Blip2Processor.from_pretrained(folder)
    model = Blip2ForImageTextRetrieval.from_pretrained(folder)
    inputs = processor(images=picture, text=caption, return_tensors="pt")
    match = model(**inputs, use_image_text_matching_head=True).logits_per_image.softmax(1)[:, 1]
    cosine = model(**inputs).logits_per_image

Both heads were trained with [CLS] as the caption's first token, as the tokenizer writes it. The head that writes captions has
no place in this layout.
`
