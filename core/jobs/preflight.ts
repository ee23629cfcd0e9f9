import { asFault, Fault, type FaultRecord, type MemoryPlan, type Preflight, type SpecOf } from '../contract/index.ts'
import { describeSelection, type SelectionCounts } from '../curate/index.ts'
import { canLend, lendersOf } from '../model/lend.ts'
import type { Shape } from '../model/shape.ts'
import type { Project } from '../store/project.ts'
import type { Knobs } from '../train/knobs.ts'
import { overfitKnobs } from '../train/overfit.ts'
import { planOf } from '../train/plans/index.ts'
import { knobsOf, recipeNamed, type Recipe } from '../train/recipe.ts'
import { usableCheckpoint } from './checkpoints.ts'
import { planMemory } from './memory.ts'
import { checkRuntime } from './runtime.ts'
import { shapeNamed } from './shapes.ts'

type Spec = SpecOf<'train'>
const nothing: SelectionCounts = { pairs: 0, heldOutPairs: 0, pictures: 0, unreadable: 0, emptyCaptions: 0 }

/** Looks at everything that could stop or spoil a run, and names all of it at once. Changes nothing. */
export async function preflight(project: Project, spec: Spec): Promise<Preflight> {
  const problems: FaultRecord[] = []
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await work()
    } catch (error) {
      problems.push(asFault(error).toJSON())
      return null
    }
  }
  const counts = await attempt(() =>
    describeSelection(project, spec.query, { heldOut: heldOutOf(spec), seed: spec.seed }),
  )
  const knobs = await attempt(() => knobsFor(spec))
  const shape = await attempt(async () => {
    const found = await startingShape(project, spec)
    checkFamily(found, recipeNamed(spec.recipe))
    return found
  })
  await attempt(() => checkRuntime())
  if (counts) problems.push(...tooFew(counts, knobs))
  const memory = shape && knobs ? await planMemory(shape, knobs) : null
  return {
    ...(counts ?? nothing),
    steps: knobs?.steps ?? 0,
    memoryBytes: memory?.totalBytes ?? 0,
    memory,
    problems,
    warnings: warningsOf(counts ?? nothing, memory, spec),
  }
}

/** The knobs of a run: its recipe's with its changes, or what the overfit check makes of them. */
export function knobsFor({ recipe, changes, overfit }: Pick<Spec, 'recipe' | 'changes' | 'overfit'>): Knobs {
  const knobs = knobsOf(recipeNamed(recipe), changes)
  return overfit ? overfitKnobs(knobs) : knobs
}

/** The share held out: the overfit check compares nothing. */
export const heldOutOf = ({ heldOut, overfit }: Pick<Spec, 'heldOut' | 'overfit'>): number => (overfit ? 0 : heldOut)

/** The shape that a run trains: its start's, or the recipe's where the start is of another family and lends its picture encoder. */
export async function startingShape(project: Project, { start, shape, recipe }: Spec): Promise<Shape> {
  if (start === null) {
    if (!shape) {
      const hint = `The recipe is made for the shape "${recipeNamed(recipe).shape}".`
      throw new Fault('shape-missing', 'Choose a starting checkpoint, or a shape to start from random weights.', {
        hint,
      })
    }
    return shapeNamed(shape)
  }
  const checkpoint = await usableCheckpoint(project, start)
  const { readManifest } = await import('../checkpoint/index.ts')
  const own = (await readManifest(checkpoint.folder)).shape
  const { system, shape: usual } = recipeNamed(recipe)
  if (lendersOf(planOf(system).family).includes(own.family)) return takerOf(own, shape ?? usual)
  if (shape && shape !== checkpoint.shape) {
    throw new Fault('shape-mismatch', `The checkpoint has the shape "${checkpoint.shape}", not "${shape}".`, {
      subject: checkpoint.name,
    })
  }
  return own
}

function takerOf(lender: Shape, name: string): Shape {
  const taker = shapeNamed(name)
  if (canLend(lender, taker)) return taker
  const message = `The picture encoder of "${lender.name}" doesn't fit the shape "${name}".`
  throw new Fault('encoder-unsuitable', message, { subject: name, hint: 'Choose another size, or another start.' })
}

/** A recipe trains one family of models; weights of another would not fit it. */
function checkFamily({ name, family }: Shape, recipe: Recipe): void {
  const wanted = planOf(recipe.system).family
  if (family === wanted) return
  const message = `The recipe ${recipe.name} trains models of the family "${wanted}", but "${name}" is of the family "${family}".`
  throw new Fault('family-unsuitable', message, { subject: name, hint: `Start from the shape "${recipe.shape}".` })
}

function tooFew({ pairs }: SelectionCounts, knobs: Knobs | null): FaultRecord[] {
  if (pairs === 0)
    return [
      new Fault('no-pairs', 'The selection has no usable pair to train on.', {
        hint: 'Widen the query, or accept some pairs.',
      }).toJSON(),
    ]
  if (!knobs || pairs >= knobs.batchSize) return []
  const message = `There are ${pairs} pairs to train on, fewer than one batch of ${knobs.batchSize}.`
  return [
    new Fault('too-few-pairs', message, {
      subject: 'batchSize',
      hint: 'Select more pairs or make the batch smaller.',
    }).toJSON(),
  ]
}

function warningsOf(
  { unreadable, emptyCaptions, heldOutPairs }: SelectionCounts,
  memory: MemoryPlan | null,
  { overfit }: Spec,
): FaultRecord[] {
  const warnings: Fault[] = []
  if (unreadable > 0)
    warnings.push(new Fault('pictures-unreadable', `${unreadable} pictures can't be read and are left out.`))
  if (emptyCaptions > 0)
    warnings.push(
      new Fault('captions-empty', `${emptyCaptions} pairs have no caption and are left out.`, {
        hint: 'CapFilt can write captions for them.',
      }),
    )
  if (heldOutPairs === 0 && !overfit)
    warnings.push(new Fault('nothing-held-out', 'No pair is held out, so the run can’t be compared before and after.'))
  if (memory) warnings.push(...memoryWarnings(memory))
  return warnings.map((fault) => fault.toJSON())
}

function memoryWarnings({ device, fault, availableBytes, totalBytes, largestBatch }: MemoryPlan): Fault[] {
  const warnings: Fault[] = []
  // Why a GPU that could be used isn't; that there is none is no news.
  if (fault) warnings.push(new Fault(fault.code, fault.message, fault))
  if (availableBytes !== null && totalBytes > availableBytes) {
    const place = device === 'CPU' ? 'is free' : `${device} has`
    const hint = largestBatch ? `A batch of ${largestBatch} fits.` : 'Choose a smaller shape.'
    warnings.push(new Fault('memory-short', `The run may need more memory than ${place}.`, { hint }))
  }
  return warnings
}
