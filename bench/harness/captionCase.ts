import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportHuggingFace, loadCheckpoint, writeSafetensors } from '../../core/checkpoint/index.ts'
import {
  asBlip,
  initialise,
  parameterCount,
  readShape,
  seeded,
  type HostTensors,
  type BlipShape,
} from '../../core/model/index.ts'
import { languageHead } from '../../core/model/names.ts'
import { readVocabulary } from '../../core/text/vocabulary.ts'

const resources = join(import.meta.dirname, '../../resources')

/** A model as both sides load it: our weights and vocabulary, and the folders that transformers reads. */
export interface WrittenModel {
  shape: BlipShape
  parameters: number
  /** Path of the weights, under the names of core/model/names.ts. */
  weights: string
  vocabulary: string
  captioning: string
  retrieval: string
  /** The weights were trained: captions end by themselves. */
  trained: boolean
}

export interface ModelOptions {
  size: string
  /** Which of the published layouts is written; each holds a copy of the weights. */
  layouts: ('captioning' | 'retrieval')[]
  /** Replaces the shape's depths: makes a smoke run small. */
  shrink?: boolean
}

/** Writes a model into a folder: the trained one of the sample at `tiny`, made-up weights at other sizes. */
export async function writeModel(
  folder: string,
  { size, layouts, shrink = false }: ModelOptions,
): Promise<WrittenModel> {
  const trained = size === 'tiny' && !shrink
  const { shape, vocabulary, tensors } = trained ? await sampleModel() : madeUpModel(size, shrink)
  const path = (name: string) => join(folder, `${size}-${name}`)
  writeFileSync(path('vocab.txt'), `${vocabulary.join('\n')}\n`)
  await writeSafetensors(path('weights.safetensors'), tensors)
  for (const layout of layouts) await exportHuggingFace(path(layout), { shape, tensors, vocabulary, layout })
  return {
    shape,
    parameters: parameterCount(shape),
    weights: path('weights.safetensors'),
    vocabulary: path('vocab.txt'),
    captioning: path('captioning'),
    retrieval: path('retrieval'),
    trained,
  }
}

interface HostModel {
  shape: BlipShape
  vocabulary: string[]
  tensors: HostTensors
}

async function sampleModel(): Promise<HostModel> {
  const { shape, ...rest } = await loadCheckpoint(join(resources, 'sample/checkpoints/tiny'))
  return { ...rest, shape: asBlip(shape) }
}

function madeUpModel(size: string, shrink: boolean): HostModel {
  const { shape: read, vocabularyFile } = readShape(join(resources, 'models', `${size}.json`))
  const full = asBlip(read)
  const shape = shrink ? shrunk(full) : full
  return { shape, vocabulary: readVocabulary(vocabularyFile), tensors: sharpened(initialise(shape, 1), shape) }
}

/** Deviation of a next token's scores at which some hundred of the vocabulary's tokens hold nine tenths of the probability. */
const spread = 5

/**
 * Fresh weights find all words about equally likely: a nucleus of most of the vocabulary, in which the next word hangs on the last
 * bit of every score. A trained captioner hesitates between a few.
 */
function sharpened(tensors: HostTensors, { text }: BlipShape): HostTensors {
  const deviation = 0.02 * Math.sqrt(text.width) // of scores from unit-scaled states and fresh word embeddings
  tensors[`${languageHead}.transform.LayerNorm.weight`]!.data.fill(spread / deviation)
  return tensors
}

function shrunk(shape: BlipShape): BlipShape {
  return { ...shape, image: { ...shape.image, size: 32, depth: 1 }, text: { ...shape.text, depth: 2 } }
}

/** Writes made-up pictures, smooth shades with noise, as bytes [count, S, S, 3]; returns the file's path. */
export function writePictures(folder: string, { image }: BlipShape, count: number): string {
  const path = join(folder, `pictures-${image.size}-${count}.bin`)
  const random = seeded(11)
  const bytes = new Uint8Array(count * image.size ** 2 * 3)
  for (let picture = 0, at = 0; picture < count; picture++) {
    const slopes = Array.from({ length: 6 }, () => random() * 2 - 1)
    for (let y = 0; y < image.size; y++) {
      for (let x = 0; x < image.size; x++) {
        for (let channel = 0; channel < 3; channel++) {
          const shade = (slopes[channel]! * x + slopes[channel + 3]! * y) / image.size
          bytes[at++] = 110 + 50 * shade + 40 * random()
        }
      }
    }
  }
  writeFileSync(path, bytes)
  return path
}
