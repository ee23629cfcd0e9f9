import { existsSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadCheckpoint, verifyCheckpoint, writeCheckpoint } from '../core/checkpoint/index.ts'
import { asBlip, parameterCount, readShape, upload } from '../core/model/index.ts'
import { startTensor } from '../core/tensor/index.ts'
import { readVocabulary } from '../core/text/vocabulary.ts'
import { createPictureLoader, knobsOf, newestCheckpoint, recipeNamed, train } from '../core/train/index.ts'
import { openScenes } from './pretrain/scenes.ts'
import { trainVision } from './pretrain/vision.ts'

/**
 * Trains the checkpoints that come with the program, on composed scenes that are painted as they are needed; held-out
 * combinations and the held-out vendor's drawings are never among them.
 *
 *   node scripts/pretrain-sample.ts --work <folder> [--vision-steps 2500] [--joint-steps 2000] [--writing-steps 3000]
 *
 * 1. tiny-start: the vision part learns which nouns are in a scene, from the scenes' truth. No captions.
 * 2. joint: all parts learn from true captions, half in the human wording and half in that of the web (recipe `pretrain`).
 * 3. tiny: the same data, but the decoder learns the human wording only and its loss weighs most; retrieval works long
 *    before captions name the right nouns.
 *
 * The first and the last land in resources/sample/checkpoints. Called again, it goes on where it was stopped.
 */
const { values } = parseArgs({
  options: {
    work: { type: 'string' },
    'vision-steps': { type: 'string', default: '2500' },
    'joint-steps': { type: 'string', default: '2000' },
    'writing-steps': { type: 'string', default: '3000' },
    scenes: { type: 'string', default: '24000' },
    compile: { type: 'boolean', default: false },
  },
})
const work = values.work
if (!work) throw new Error('Say where to keep intermediate results: --work <folder>')

const seeds = { vision: 11, joint: 1, writing: 2 }
const stopped = new AbortController()
process.once('SIGINT', () => stopped.abort())
const shipped = join(import.meta.dirname, '../resources/sample/checkpoints')
const { shape: read, vocabularyFile } = readShape(join(import.meta.dirname, '../resources/models/tiny.json'))
const shape = asBlip(read)
const vocabulary = readVocabulary(vocabularyFile)
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)

await startTensor()
await mkdir(work, { recursive: true })
say(`${parameterCount(shape)} parameters`)
const start = await visionStart(join(work, 'tiny-start'))
const joint = await stage('joint', start, { steps: Number(values['joint-steps']), cropMinimum: 0.8 })
const writing = await stage('writing', joint, {
  steps: Number(values['writing-steps']),
  warmupSteps: 100,
  itmFrom: 0,
  itcWeight: 0.5,
  itmWeight: 0.5,
  lmWeight: 2,
  labelSmoothing: 0,
})
await shipModel(writing)

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

/** A stage of training with the recipe `pretrain` and changes to it. Returns the folder of its last checkpoint. */
async function stage(name: 'joint' | 'writing', startFolder: string, changes: Record<string, number>): Promise<string> {
  const start = await loadCheckpoint(startFolder)
  const scenes = await openScenes(seeds[name])
  const pairs = Array.from({ length: Number(values.scenes) }, (_, index) => {
    const { caption, human } = scenes.pair(index)
    return { sampleId: index, path: String(index), text: caption, ...(name === 'writing' && { caption: human }) }
  })
  const run = join(work!, name)
  const point = await newestCheckpoint(run, (fault) => say(fault.message))
  const outcome = await train({
    folder: run,
    name: 'tiny',
    pairs,
    snapshot: `scenes ${seeds[name]}, ${pairs.length}`,
    shape,
    vocabulary,
    parameters: upload(point?.tensors ?? start.tensors),
    knobs: knobsOf(recipeNamed('pretrain'), { compile: values.compile, ...changes }),
    seed: seeds[name],
    parent: start.hash,
    point,
    pictures: createPictureLoader({ decode: async (path) => scenes.pair(Number(path)).rgb, size: shape.image.size }),
    signal: stopped.signal,
    report: {
      progress() {},
      metric: (step, metrics) => step % 50 === 0 && say(line(name, step, metrics)),
      checkpoint: (step, folder) => say(`${name}: checkpoint at step ${step}: ${folder}`),
      log: say,
      pictureFault: (path, fault) => say(`${path}: ${fault.message}`),
    },
  })
  if (outcome.kind === 'cancelled') process.exit(130)
  return outcome.checkpoint.folder
}

/** Keeps the model alone: without counters and moments it is the same file every time. */
async function shipModel(folder: string): Promise<void> {
  const { tensors, manifest } = await loadCheckpoint(folder)
  const { step, recipe, lineage } = manifest
  const model = join(work!, 'tiny')
  await writeCheckpoint(model, { name: 'tiny', shape, vocabulary, parameters: tensors, step, recipe, lineage })
  await ship(model, 'tiny')
}

async function ship(folder: string, name: string): Promise<void> {
  const target = join(shipped, name)
  await rm(target, { recursive: true, force: true })
  await cp(folder, target, { recursive: true })
  const { hash } = await verifyCheckpoint(target)
  say(`${name}: ${hash.slice(0, 12)} in ${target}`)
}

function line(name: string, step: number, metrics: Record<string, number>): string {
  const shown = Object.entries(metrics).map(
    ([name, value]) => `${name} ${Math.abs(value) >= 0.01 ? value.toFixed(3) : value.toExponential(1)}`,
  )
  return `${name} step ${step}: ${shown.join(', ')}`
}
