/** Trains a toy of any recipe on made-up pairs; also run as a program, to be killed: `support.ts <run's folder> <recipe>`. */
import { fork } from 'node:child_process'
import { initialise, upload } from '../../../../core/model/index.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { createPictureLoader, knobsOf, newestCheckpoint, recipeNamed, train } from '../../../../core/train/index.ts'
import { pairs, silent } from '../trainee.ts'
import { toys, vocabulary } from './toys.ts'

const colours = [
  [220, 30, 30],
  [30, 200, 40],
  [20, 40, 230],
  [128, 128, 128],
]

/** A picture of the colour that its caption names, with some noise of its own. */
async function decode(path: string, size: number): Promise<Uint8Array> {
  const colour = colours[Number(path) % 4]!
  const noise = (at: number) => (Number(path) * 7 + at * 13) % 23
  return Uint8Array.from({ length: size * size * 3 }, (_, at) => Math.min(255, colour[at % 3]! + noise(at)))
}

export interface ToyRun {
  /** The run's folder; one that holds a checkpoint goes on from it. */
  folder: string
  recipe: string
  changes?: Record<string, number | string | boolean>
  progress?: (step: number) => void
  metric?: (step: number, values: Record<string, number>) => void
}

/** Trains for six steps unless asked otherwise, with a checkpoint every two. */
export async function trainToy({ folder, recipe: name, changes, progress, metric }: ToyRun) {
  const toy = toys[name]!
  await startTensor()
  const recipe = recipeNamed(name)
  const common = {
    steps: 6,
    batchSize: 4,
    warmupSteps: 2,
    checkpointEvery: 2,
    logEvery: 1,
    compile: false,
    dropout: 0.1,
  }
  const known = Object.entries({ ...common, flip: 0.5, cropMinimum: 0.8 })
  const knobs = knobsOf(recipe, { ...Object.fromEntries(known), ...toy.changes, ...changes })
  const { shape } = toy
  const point = await newestCheckpoint(folder, () => {})
  const parameters = upload(point?.tensors ?? initialise(shape, 5))
  try {
    return await train({
      folder,
      name: 'toy',
      pairs,
      snapshot: 'made-up',
      shape,
      vocabulary,
      parameters,
      knobs,
      seed: 3,
      parent: null,
      point,
      pictures: createPictureLoader({ decode: (path) => decode(path, shape.image.size), size: shape.image.size }),
      report: { ...silent, progress: (done) => progress?.(done), metric: (step, values) => metric?.(step, values) },
      signal: new AbortController().signal,
    })
  } finally {
    tf.dispose(parameters)
  }
}

/** Trains in another process and kills it as soon as it has done `step` steps. */
export function trainUntilKilled(folder: string, recipe: string, step: number): Promise<void> {
  const child = fork(import.meta.filename, [folder, recipe], { execArgv: [] })
  child.on('message', (done) => done === step && child.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => (signal === 'SIGKILL' ? resolve() : reject(new Error(`${code} ${signal}`))))
  })
}

if (process.argv[1] === import.meta.filename) {
  const [folder, recipe] = process.argv.slice(2)
  await trainToy({ folder: folder!, recipe: recipe!, progress: (done) => process.send?.(done) })
  process.disconnect()
}
