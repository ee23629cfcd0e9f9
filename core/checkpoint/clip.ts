import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../contract/fault.ts'
import { clipParameterShapes, logitBiasName } from '../model/clip/names.ts'
import type { ClipShape } from '../model/clip/shape.ts'
import type { HostTensors } from '../model/parameters.ts'
import { specialTokenText, withBlipTokens } from '../text/vocabulary.ts'
import { clipArchitecture, clipConfig, clipShapeOf, parseClipConfig, unsupported } from './clipConfig.ts'
import { readPublishedTensors, writePublished } from './publishedFolder.ts'
import { readTokens } from './tokenizerFiles.ts'

export interface TwoEncoders {
  shape: ClipShape
  tensors: HostTensors
  vocabulary: string[]
}

/**
 * Writes a folder that transformers loads as CLIPModel. The layout has no place for the sigmoid loss's bias, which stays behind.
 * @returns the files' names
 * @throws Fault `model-unsupported` for a ResNet, which the library's CLIP doesn't have
 */
export async function exportClip(folder: string, { shape, tensors, vocabulary }: TwoEncoders): Promise<string[]> {
  const { image } = shape
  if (image.kind !== 'vit') {
    const message = `A ${clipArchitecture} sees through a Transformer; this model has a ResNet.`
    throw new Fault('model-unsupported', message, { subject: shape.name })
  }
  return writePublished(folder, {
    config: clipConfig(shape, image),
    looks: { image_processor_type: 'CLIPImageProcessor', do_center_crop: false },
    processor: 'CLIPProcessor',
    readme,
    vocabulary,
    shape,
    tensors: Object.fromEntries(publishedNames(shape).map((name) => [name, tensors[name]!])),
  })
}

export interface ImportedTwoEncoders extends TwoEncoders {
  /** Parameters that this layout has no place for (see `completeParameters`). */
  missing: string[]
}

/**
 * Reads a published folder of that layout whose texts are cut by WordPiece.
 * @throws Fault `model-unsupported`, `parameter-missing`, `parameter-shape`, `safetensors-invalid` or the file system's own
 */
export async function importClip(folder: string): Promise<ImportedTwoEncoders> {
  const config = parseClipConfig(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')), folder)
  const tokens = await readTokens(folder)
  if (!tokens.includes(specialTokenText.sep)) {
    throw unsupported('Its texts are cut by another tokenizer than WordPiece.', folder)
  }
  const vocabulary = withBlipTokens(tokens, folder)
  const shape = clipShapeOf(config, vocabulary, folder)
  const expected = clipParameterShapes(shape)
  const wanted = publishedNames(shape).map((name) => ({ name, published: [name], shape: expected.get(name)! }))
  const tensors = await readPublishedTensors(folder, wanted)
  return { shape, vocabulary, tensors, missing: [logitBiasName] }
}

/** All our names but the bias's; they are the published ones. */
const publishedNames = (shape: ClipShape): string[] =>
  [...clipParameterShapes(shape).keys()].filter((name) => name !== logitBiasName)

const readme = `# ${clipArchitecture}

Exported by Winnow. Load with transformers:

    processor = CLIPProcessor.from_pretrained(folder)
    model = CLIPModel.from_pretrained(folder)
    inputs = processor(images=picture, text=captions, padding=True, return_tensors="pt")
    shares = model(**inputs).logits_per_image.softmax(1)

A model that was trained with the sigmoid loss has a bias that this layout can't hold; its cosines are the same without it.
`
