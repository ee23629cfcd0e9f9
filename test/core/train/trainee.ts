import { createTokenizer } from '../../../core/text/tokenizer.ts'
import { blipShape, initialise, upload } from '../../../core/model/index.ts'
import { startTensor } from '../../../core/tensor/index.ts'
import { specialTokenText } from '../../../core/text/vocabulary.ts'
import {
  createPictureLoader,
  knobsOf,
  newestCheckpoint,
  recipeNamed,
  train,
  type TrainReport,
} from '../../../core/train/index.ts'

/** A model as small as can be, on made-up pictures: each word has its own colour. Also run as a program, to be killed. */
const words = ['red', 'green', 'blue', 'gray']
const colours = [
  [220, 30, 30],
  [30, 200, 40],
  [20, 40, 230],
  [128, 128, 128],
]
export const vocabulary = [...Object.values(specialTokenText), 'a', 'picture', ...words]

const { ids } = createTokenizer(vocabulary)
export const shape = blipShape.parse({
  name: 'test',
  image: { size: 8, patch: 4, width: 8, depth: 1, heads: 2, inner: 16 },
  text: {
    vocabularySize: vocabulary.length,
    tokens: ids,
    width: 8,
    depth: 1,
    heads: 2,
    inner: 16,
    context: 8,
    dropout: 0,
  },
  embed: 8,
})

export const pairs = Array.from({ length: 22 }, (_, index) => ({
  sampleId: index,
  path: String(index),
  text: `a ${words[index % 4]} picture`,
}))

export async function decode(path: string): Promise<Uint8Array> {
  const colour = colours[Number(path) % 4]!
  return Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => (colour[at % 3]! + Number(path) + at) % 256)
}

export const silent: TrainReport = { progress() {}, metric() {}, checkpoint() {}, log() {}, pictureFault() {} }

export const changes = {
  steps: 13,
  batchSize: 4,
  warmupSteps: 3,
  itmFrom: 5,
  checkpointEvery: 4,
  logEvery: 4,
  dropout: 0.1,
  compile: false,
  flip: 0.5,
  cropMinimum: 0.8,
}

export async function trainHere(
  folder: string,
  over: Partial<Parameters<typeof train>[0]> & { changes?: object } = {},
) {
  await startTensor()
  const point = await newestCheckpoint(folder, () => {})
  const parameters = upload(point?.tensors ?? initialise(shape, 5))
  const knobs = knobsOf(recipeNamed('pretrain'), { ...changes, ...over.changes })
  const outcome = await train({
    folder,
    name: 'trainee',
    pairs,
    snapshot: 'made-up',
    shape,
    vocabulary,
    parameters,
    knobs,
    seed: 3,
    parent: null,
    point,
    pictures: createPictureLoader({ decode, size: shape.image.size }),
    report: silent,
    signal: new AbortController().signal,
    ...over,
  })
  return { outcome, parameters }
}

if (process.argv[1] === import.meta.filename) {
  await trainHere(process.argv[2]!, { report: { ...silent, progress: (done) => process.send?.(done) } })
  process.disconnect()
}
