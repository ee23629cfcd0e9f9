/**
 * Fine-tuning on few good pairs (the manner of Emu, SVD and LDM), chosen by their truth or by a filter, against random and all
 * pairs: from the same start, with the same steps, batches and rule for stopping; three seeds.
 * Run: npm run bench -- quality [--quick] [--json]
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { heldOutFigure, measureCaptions, measureRetrieval, wordF1 } from '../core/evaluate/index.ts'
import { seededRandom } from '../core/exchange/sample/index.ts'
import type { Shape } from '../core/model/index.ts'
import { closeModel, openModel, type LoadedModel } from '../core/score/index.ts'
import { startTensor } from '../core/tensor/index.ts'
import { scoredPairs } from './harness/filterScores.ts'
import { noisyPairs, type NoisyPair, type NoisyPairs } from './harness/noisyPairs.ts'
import { noisyStart } from './harness/noisyStart.ts'
import type { BenchRow } from './harness/record.ts'
import type { SamplePair } from './harness/samplePairs.ts'
import { trainRecipe } from './harness/trainRecipe.ts'
import type { BenchOptions } from './run.ts'

export type { BenchRow }

interface Sizes {
  web: number
  human: number
  watched: number
  heldOut: number
  /** Pairs of the small subsets. */
  subset: number
  /** Steps that make the start from all noisy pairs. */
  startSteps: number
  /** Cap of the steps that are compared. */
  steps: number
  batchSize: number
  evaluateEvery: number
  /** Held-out pictures that are captioned. */
  captions: number
  seeds: number[]
}

const full: Sizes = {
  web: 3000,
  human: 200,
  watched: 100,
  heldOut: 200,
  subset: 500,
  startSteps: 400,
  steps: 100,
  batchSize: 64,
  evaluateEvery: 20,
  captions: 64,
  seeds: [1, 2, 3],
}
const small: Sizes = {
  web: 80,
  human: 8,
  watched: 8,
  heldOut: 12,
  subset: 16,
  startSteps: 2,
  steps: 4,
  batchSize: 8,
  evaluateEvery: 2,
  captions: 4,
  seeds: [1],
}

/** A filter accepts what it thinks is more likely a match than not. */
const threshold = 0.5

type ScoredPair = Required<NoisyPair>
interface Arm {
  chooses(pair: ScoredPair): boolean
  /** Takes all of them instead of a small subset. */
  all?: boolean
  /** Draws better matches oftener; without scores the recipe draws all alike. */
  weighted?: boolean
}

/** Which pairs an arm trains on. */
const arms: Record<string, Arm> = {
  accepted: { chooses: ({ accepted }) => accepted },
  filtered: { chooses: ({ match }) => match >= threshold },
  'filtered, weighted': { chooses: ({ match }) => match >= threshold, weighted: true },
  random: { chooses: () => true },
  'random, weighted': { chooses: () => true, weighted: true },
  'all noisy': { chooses: () => true, all: true },
}

function choose({ chooses, all, weighted }: Arm, pairs: ScoredPair[], size: number, seed: number): NoisyPair[] {
  const suited = pairs.filter(chooses)
  const chosen = all ? suited : drawn(suited, size, seed)
  return weighted ? chosen : chosen.map(({ sampleId, path, text, accepted }) => ({ sampleId, path, text, accepted }))
}

export async function* bench({ quick }: BenchOptions): AsyncGenerator<BenchRow> {
  await startTensor()
  const sizes = quick ? small : full
  const pairs = await noisyPairs(join(tmpdir(), `winnow-bench-quality-${quick ? 'quick' : 'full'}`), sizes)
  const start = await noisyStart(pairs.training, { steps: sizes.startSteps, batchSize: sizes.batchSize })
  const before = await figuresOfStart(start, pairs.heldOut, sizes.captions)
  const scored = await scoredPairs(pairs.training)
  for (const [name, arm] of Object.entries(arms)) {
    const runs: ArmRun[] = []
    for (const seed of sizes.seeds) {
      const chosen = choose(arm, scored, sizes.subset, seed)
      runs.push(await runArm(chosen, { seed, start }, pairs, sizes))
    }
    yield* rowsOf(name, runs, before, sizes)
  }
}

interface Figures {
  retrieval: number
  words: number
}

interface ArmRun extends Figures {
  pairs: number
  /** Share of them that are true. */
  accepted: number
  seconds: number
}

/** One run of the recipe; the best weights on the watched pairs are measured on the held-out ones. */
async function runArm(
  chosen: NoisyPair[],
  run: { seed: number; start: string },
  { watched, heldOut }: NoisyPairs,
  { steps, batchSize, evaluateEvery, captions }: Sizes,
): Promise<ArmRun> {
  const begun = performance.now()
  const changes = { steps, batchSize, evaluateEvery, warmupSteps: Math.floor(steps / 10) }
  const figures = await trainRecipe(
    {
      ...run,
      recipe: 'quality',
      changes: { ...changes, itmAnchors: Math.min(16, batchSize) },
      pairs: chosen,
      measure: async (model) => heldOutFigure(await measureRetrieval(model, watched, { pictures: 0, rerank: 0 }), []),
    },
    (model) => figuresOf(model, heldOut, captions),
  )
  const accepted = chosen.filter(({ accepted }) => accepted).length / chosen.length
  return { ...figures, pairs: chosen.length, accepted, seconds: (performance.now() - begun) / 1000 }
}

async function figuresOf(model: LoadedModel<Shape>, heldOut: SamplePair[], count: number): Promise<Figures> {
  const found = await measureRetrieval(model, heldOut, { pictures: 0, rerank: 0 })
  const written = await measureCaptions(model, heldOut, { count, prompt: '' })
  const words = wordF1(
    written.map(({ caption }) => caption),
    written.map(({ reference }) => [reference]),
  )
  return { retrieval: 100 * heldOutFigure(found, []), words: 100 * words }
}

async function figuresOfStart(folder: string, heldOut: SamplePair[], captions: number): Promise<Figures> {
  const model = await openModel(folder)
  try {
    return await figuresOf(model, heldOut, captions)
  } finally {
    closeModel(model)
  }
}

function rowsOf(arm: string, runs: ArmRun[], before: Figures, { steps, batchSize }: Sizes): BenchRow[] {
  const { pairs, accepted } = runs[0]!
  const slowest = Math.round(Math.max(...runs.map(({ seconds }) => seconds)))
  const about = `${pairs} pairs, ${Math.round(100 * accepted)} % true; at most ${steps} steps of ${batchSize}; ${slowest} s a seed`
  const named = [
    { key: 'retrieval', name: 'retrieval R@1' },
    { key: 'words', name: 'captions, word F1' },
  ] as const
  return named.map(({ key, name }) => {
    const values = runs.map((run) => run[key])
    const ours = mean(values)
    return {
      name: `${arm}: ${name}`,
      unit: '%',
      ours,
      peer: before[key],
      peerName: 'start',
      ratio: before[key] > 0 ? ours / before[key] : null,
      target: null,
      pass: null,
      n: values.length,
      note: `seeds ${values.map((value) => value.toFixed(1)).join(', ')}; spread ${deviation(values).toFixed(1)}; ${about}`,
    }
  })
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Standard deviation, of a sample; 0 for one value. */
function deviation(values: number[]): number {
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return Math.sqrt(squares / Math.max(1, values.length - 1))
}

/** So many of the pairs, others with each seed. */
function drawn<Pair>(pairs: Pair[], count: number, seed: number): Pair[] {
  const random = seededRandom(`quality/${seed}`)
  const keyed = pairs.map((pair) => ({ pair, key: random() })).sort((a, b) => a.key - b.key)
  return keyed.slice(0, count).map(({ pair }) => pair)
}
