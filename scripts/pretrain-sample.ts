import { existsSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadCheckpoint, verifyCheckpoint, writeCheckpoint } from '../core/checkpoint/index.ts'
import { parameterCount, readShape, upload } from '../core/model/index.ts'
import { startTensor } from '../core/tensor/index.ts'
import { readVocabulary } from '../core/text/vocabulary.ts'
import { knobsOf, newestCheckpoint, recipeNamed, train, type Knobs } from '../core/train/index.ts'
import { openScenes } from './pretrain/scenes.ts'
import { trainVision } from './pretrain/vision.ts'

/**
 * Trains the checkpoints that come with the program, on composed scenes that are painted as they are needed; held-out
 * combinations and the held-out vendor's drawings are never among them.
 *
 *   node scripts/pretrain-sample.ts --work <folder> [--vision-steps 2500] [--steps 6000]
 *
 * 1. tiny-start: the vision part learns which nouns are in a scene, from the scenes' truth. No captions.
 * 2. tiny: all parts learn from true captions, half in the human wording and half in that of the web, by the recipe `pretrain`.
 *
 * Both land in resources/sample/checkpoints. Called again, it goes on where it was stopped.
 */
const { values } = parseArgs({
  options: {
    work: { type: 'string' },
    'vision-steps': { type: 'string', default: '2500' },
    steps: { type: 'string', default: '6000' },
    scenes: { type: 'string', default: '24000' },
    compile: { type: 'boolean', default: false },
  },
})
const work = values.work
if (!work) throw new Error('Say where to keep intermediate results: --work <folder>')

const seeds = { vision: 11, captions: 1 }
const shipped = join(import.meta.dirname, '../resources/sample/checkpoints')
const { shape, vocabularyFile } = readShape(join(import.meta.dirname, '../resources/models/tiny.json'))
const vocabulary = readVocabulary(vocabularyFile)
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)

await startTensor()
await mkdir(work, { recursive: true })
say(`${parameterCount(shape)} parameters`)
const start = await visionStart(join(work, 'tiny-start'))
await captions(start)

/** The first checkpoint: trained now, or found from an earlier call. */
async function visionStart(folder: string): Promise<string> {
  if (existsSync(folder)) return folder
  const changes = {
    steps: Number(values['vision-steps']),
    learningRate: 1.5e-3,
    warmupSteps: 100,
    compile: values.compile,
  }
  const knobs = knobsOf(recipeNamed('pretrain'), changes)
  const parameters = await trainVision(shape, await openScenes(seeds.vision), knobs, say)
  await writeCheckpoint(folder, {
    name: 'tiny-start',
    shape,
    vocabulary,
    parameters,
    step: knobs.steps,
    recipe: { stage: 'vision', ...knobs },
  })
  await ship(folder, 'tiny-start')
  return folder
}

/** The second checkpoint: textbook BLIP from the first one. */
async function captions(startFolder: string): Promise<void> {
  const start = await loadCheckpoint(startFolder)
  const scenes = await openScenes(seeds.captions)
  const pairs = Array.from({ length: Number(values.scenes) }, (_, index) => ({
    sampleId: index,
    path: String(index),
    text: scenes.pair(index).caption,
  }))
  const knobs = knobsOf(recipeNamed('pretrain'), { steps: Number(values.steps), compile: values.compile })
  const run = join(work!, 'captions')
  const point = await newestCheckpoint(run, (fault) => say(fault.message))
  const parameters = upload(point?.tensors ?? start.tensors)
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  const outcome = await train({
    folder: run,
    name: 'tiny',
    pairs,
    snapshot: `scenes ${seeds.captions}, ${pairs.length}`,
    shape,
    vocabulary,
    parameters,
    knobs,
    seed: seeds.captions,
    parent: start.hash,
    point,
    decode: async (path) => scenes.pair(Number(path)).rgb,
    signal: controller.signal,
    report: {
      progress() {},
      metric: (step, metrics) => step % 50 === 0 && say(line(step, metrics)),
      checkpoint: (step, folder) => say(`checkpoint at step ${step}: ${folder}`),
      log: say,
      pictureFault: (path, fault) => say(`${path}: ${fault.message}`),
    },
  })
  if (outcome.kind === 'finished') await shipModel(outcome.checkpoint.folder, knobs)
}

/** Keeps the model alone: without counters and moments it is the same file every time. */
async function shipModel(folder: string, knobs: Knobs): Promise<void> {
  const { tensors, manifest } = await loadCheckpoint(folder)
  const model = join(work!, 'tiny')
  await writeCheckpoint(model, {
    name: 'tiny',
    shape,
    vocabulary,
    parameters: tensors,
    step: manifest.step,
    recipe: { ...knobs },
    lineage: manifest.lineage,
  })
  await ship(model, 'tiny')
}

async function ship(folder: string, name: string): Promise<void> {
  const target = join(shipped, name)
  await rm(target, { recursive: true, force: true })
  await cp(folder, target, { recursive: true })
  const { hash } = await verifyCheckpoint(target)
  say(`${name}: ${hash.slice(0, 12)} in ${target}`)
}

function line(step: number, metrics: Record<string, number>): string {
  const shown = Object.entries(metrics).map(
    ([name, value]) => `${name} ${Math.abs(value) >= 0.01 ? value.toFixed(3) : value.toExponential(1)}`,
  )
  return `step ${step}: ${shown.join(', ')}`
}
