/**
 * Every recipe on the sample: trained from its start with three seeds for so many steps, then measured on held-out pairs.
 * Run: npm run bench -- systems [recipe …] [--quick] [--json]
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  areaUnderCurve,
  ciderD,
  matchedSimilarity,
  measureCaptions,
  measureRetrieval,
  mostCommonCaption,
  unigramLoss,
  wordF1,
  writtenLoss,
} from '../core/evaluate/index.ts'
import type { Write } from '../core/model/measure.ts'
import { measuresOf } from '../core/model/measures.ts'
import type { Shape } from '../core/model/index.ts'
import type { LoadedModel } from '../core/score/index.ts'
import { startTensor } from '../core/tensor/index.ts'
import { listRecipes, type Recipe } from '../core/train/index.ts'
import type { BenchRow } from './harness/record.ts'
import type { BenchOptions } from './run.ts'
import { samplePairs, type SamplePairs } from './harness/samplePairs.ts'
import { trainRecipe } from './harness/trainRecipe.ts'

export type { BenchRow }

/** Recipes that go on from a trained model start from the one that has seen pictures but no captions. */
const starts: Record<string, string> = {
  finetune: 'tiny-start',
  captioner: 'tiny-start',
  filter: 'tiny-start',
  quality: 'tiny',
}

/** How long a recipe trains here: some minutes for all of its seeds on two cores, far less than the recipe itself asks for. */
interface Budget {
  steps: number
  batchSize: number
}
const common: Budget = { steps: 200, batchSize: 32 }
const budgets: Record<string, Budget> = {
  vse: { steps: 300, batchSize: 64 },
  clip: { steps: 300, batchSize: 64 },
  siglip: { steps: 300, batchSize: 64 },
  acmr: { steps: 600, batchSize: 64 },
  gan: { steps: 600, batchSize: 32 },
}

interface Figure {
  name: string
  unit: string
  value: number
  /** What knowing nothing of the picture reaches: chance, always the commonest caption, or each token as often as it is common. */
  blind: number
  blindName: 'chance' | 'commonest caption' | 'unigram model'
}

export async function* bench({ quick, only }: BenchOptions): AsyncGenerator<BenchRow> {
  await startTensor()
  const pairs = await samplePairs(
    join(tmpdir(), `winnow-bench-systems-${quick ? 'quick' : 'full'}`),
    quick ? { training: 96, heldOut: 24 } : { training: 2000, heldOut: 200 },
  )
  const recipes = listRecipes().filter(({ name }) => only.length === 0 || only.includes(name))
  for (const recipe of recipes) yield* rowsOf(recipe, pairs, quick)
}

async function* rowsOf(recipe: Recipe, pairs: SamplePairs, quick: boolean): AsyncGenerator<BenchRow> {
  const budget = quick ? { steps: 4, batchSize: 8 } : (budgets[recipe.name] ?? common)
  const seeds = quick ? [1] : [1, 2, 3]
  const runs: Figure[][] = []
  const seconds: number[] = []
  for (const seed of seeds) {
    const begun = performance.now()
    const run = { recipe: recipe.name, changes: changesFor(recipe, budget), seed, pairs: pairs.training }
    runs.push(await trainRecipe({ ...run, start: starts[recipe.name] }, (model) => figuresOf(model, recipe, pairs)))
    seconds.push((performance.now() - begun) / 1000)
  }
  for (const [index, { name, unit, blind, blindName }] of runs[0]!.entries()) {
    const values = runs.map((figures) => figures[index]!.value)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    yield {
      name: `${recipe.name}: ${name}`,
      unit,
      ours: mean,
      peer: blind,
      peerName: blindName,
      ratio: blind > 0 ? mean / blind : null,
      target: null,
      pass: null,
      n: values.length,
      note: `seeds ${values.map(figure).join(', ')}; ${budget.steps} steps of ${budget.batchSize}; ${Math.round(Math.max(...seconds))} s a seed`,
    }
  }
}

const figure = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(1))

/** Schedules keep their proportions in a run that is shorter than the recipe's. */
function changesFor({ knobs }: Recipe, { steps, batchSize }: Budget): Record<string, number> {
  const share = steps / Number(knobs['steps']!.value)
  const scaled = ['warmupSteps', 'itmFrom', 'hardestFrom', 'distillationRamp'].filter((name) => knobs[name])
  return {
    steps,
    batchSize,
    ...Object.fromEntries(scaled.map((name) => [name, Math.floor(Number(knobs[name]!.value) * Math.min(1, share))])),
  }
}

async function figuresOf(model: LoadedModel<Shape>, recipe: Recipe, { training, heldOut }: SamplePairs) {
  const figures: Figure[] = []
  const { match, write } = measuresOf(model.shape)
  const contrasts = recipe.knobs['itcWeight']?.value !== 0
  if (recipe.system === 'gan') {
    figures.push(await rightFromWrong(model, heldOut))
  } else if (match || contrasts) {
    const found = await measureRetrieval(model, heldOut, { pictures: 0, rerank: 0 })
    if (found) {
      const value = 50 * (found.imageToText.r1 + found.textToImage.r1)
      figures.push({ name: 'retrieval R@1', unit: '%', value, blind: 100 / found.candidates, blindName: 'chance' })
    }
  }
  if (recipe.knobs['lmWeight']?.value !== 0) {
    const prompt = String(recipe.knobs['prompt']!.value)
    const captions = await measureCaptions(model, heldOut, { count: 64, prompt })
    if (captions.length > 0) figures.push(...captionFigures(captions, training))
    if (write) figures.push(await crossEntropy(model, write, { training, heldOut }))
  }
  return figures
}

/** Whether a discriminator scores a picture higher with its own caption than with another's. */
async function rightFromWrong(model: LoadedModel<Shape>, heldOut: SamplePairs['heldOut']): Promise<Figure> {
  const options = { pictures: 0, rerank: 0 }
  const { similarity, pictures } = await matchedSimilarity(model, measuresOf(model.shape).match!, heldOut, options)
  const right = Array.from(similarity, (_, at) => at % pictures === Math.floor(at / pictures))
  return {
    name: 'right from wrong captions, AUC',
    unit: '%',
    value: 100 * areaUnderCurve(similarity, right),
    blind: 50,
    blindName: 'chance',
  }
}

/** Per token of held-out captions: less is better. */
async function crossEntropy(
  model: LoadedModel<Shape>,
  write: Write,
  { training, heldOut }: SamplePairs,
): Promise<Figure> {
  const texts = (pairs: SamplePairs['heldOut']) => pairs.map(({ text }) => text)
  return {
    name: 'captions, cross-entropy',
    unit: 'nats',
    value: await writtenLoss(model, write, heldOut),
    blind: unigramLoss(model.tokenizer, model.shape.text.context, {
      training: texts(training),
      heldOut: texts(heldOut),
    }),
    blindName: 'unigram model',
  }
}

function captionFigures(
  captions: { caption: string; reference: string }[],
  training: SamplePairs['training'],
): Figure[] {
  const references = captions.map(({ reference }) => [reference])
  const written = captions.map(({ caption }) => caption)
  const common = mostCommonCaption(training.map(({ text }) => text))
  const always = captions.map(() => common)
  return [
    {
      name: 'captions, word F1',
      unit: '%',
      value: 100 * wordF1(written, references),
      blind: 100 * wordF1(always, references),
      blindName: 'commonest caption',
    },
    {
      name: 'captions, CIDEr-D × 100',
      unit: '',
      value: 100 * ciderD(written, references),
      blind: 100 * ciderD(always, references),
      blindName: 'commonest caption',
    },
  ]
}
