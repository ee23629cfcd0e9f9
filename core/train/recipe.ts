import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { asFault, Fault } from '../contract/fault.ts'
import type { Recipe as RecipeRecord } from '../contract/model.ts'
import { lendersOf } from '../model/lend.ts'
import { parseKnobs, type Knobs } from './knobs.ts'
import { planOf } from './plans/index.ts'

const value = z.union([z.number(), z.string(), z.boolean()])
type Value = z.infer<typeof value>

const knob = z.strictObject({
  value,
  /** Why this value: shown beside the knob. */
  reason: z.string().min(1),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  /** The values that a text may have; any if left out. */
  choices: z.array(z.string()).optional(),
})
const knobRecord = z.record(z.string(), knob)

const recipeFile = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  purpose: z.string().min(1),
  /** The training system (see plans). */
  system: z.string().default('blip'),
  /** The shape that a run from random weights takes unless another is asked for. */
  shape: z.string().default('tiny'),
  /** Those that differ from the common ones' defaults, and those of the system. */
  knobs: knobRecord,
})
export type Recipe = z.infer<typeof recipeFile>

const resources = join(import.meta.dirname, '../../resources')
const shipped = join(resources, 'recipes')

/** The common knobs with the value and the reason that hold where a recipe says nothing else. */
const commonDefaults = knobRecord.parse(JSON.parse(readFileSync(join(resources, 'knobs.json'), 'utf8')))

/** All recipes of a folder by name. */
export function listRecipes(folder = shipped): Recipe[] {
  return recipeNames(folder).map((name) => readRecipe(join(folder, `${name}.json`)))
}

/** @throws Fault `recipe-unknown` that names the recipes there are. */
export function recipeNamed(name: string, folder = shipped): Recipe {
  // the one file only: a broken recipe must not stand in the way of the others
  const names = recipeNames(folder)
  if (names.includes(name)) return readRecipe(join(folder, `${name}.json`))
  throw new Fault('recipe-unknown', `There is no recipe called "${name}".`, {
    subject: name,
    hint: `There are ${names.join(', ')}.`,
  })
}

function recipeNames(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return files.map((file) => file.slice(0, -'.json'.length)).sort()
}

/** Reads one recipe file; every knob must be there, with a value of the right kind and in its range. */
export function readRecipe(path: string): Recipe {
  return checked(readJson(path), path)
}

/**
 * The recipe in a file's text, from wherever that came.
 * @throws Fault `recipe-invalid`, whose subject is the knob or the key
 */
export function parseRecipe(text: string): Recipe {
  try {
    return checked(JSON.parse(text))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Fault('recipe-invalid', `The recipe is not JSON: ${error.message}`)
  }
}

function checked(value: unknown, path?: string): Recipe {
  const parsed = recipeFile.safeParse(value)
  if (!parsed.success) {
    const subject = path ?? keyOf(parsed.error.issues[0]!)
    throw new Fault('recipe-invalid', `The recipe can't be read. ${z.prettifyError(parsed.error)}`, { subject })
  }
  const recipe = { ...parsed.data, knobs: { ...commonDefaults, ...parsed.data.knobs } }
  for (const [name, { value }] of Object.entries(recipe.knobs)) checkRange(recipe, name, value)
  knobsOf(recipe)
  return recipe
}

/** The knob, or the key, that an issue is about. */
function keyOf(issue: z.core.$ZodIssue): string {
  const [first, second] = [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])]
  return String(first === 'knobs' && second !== undefined ? second : (first ?? ''))
}

/**
 * The knobs of a run: those of the recipe, with changes by name.
 * @throws Fault `recipe-invalid`, whose subject is the knob
 */
export function knobsOf(recipe: Recipe, changes: Record<string, Value> = {}): Knobs {
  for (const [name, changed] of Object.entries(changes)) checkRange(recipe, name, changed)
  const values = Object.fromEntries(Object.entries(recipe.knobs).map(([name, { value }]) => [name, value]))
  return parseKnobs({ ...values, ...changes, system: recipe.system }, recipe.name)
}

/** The record that the contract shows. */
export function recipeRecord({ name, title, purpose, system, shape, knobs }: Recipe): RecipeRecord {
  const { family } = planOf(system)
  return {
    name,
    title,
    purpose,
    system,
    shape,
    family,
    lenders: lendersOf(family),
    knobs: Object.entries(knobs).map(([path, rest]) => ({ path, ...rest })),
  }
}

function checkRange(recipe: Recipe, name: string, changed: Value): void {
  const known = recipe.knobs[name]
  if (!known) {
    const hint = `Its knobs are ${Object.keys(recipe.knobs).join(', ')}.`
    throw new Fault('recipe-invalid', `The recipe ${recipe.name} has no knob "${name}".`, { subject: name, hint })
  }
  if (typeof changed !== typeof known.value) {
    throw new Fault('recipe-invalid', `The knob "${name}" takes a ${typeof known.value}, not "${changed}".`, {
      subject: name,
    })
  }
  const { minimum = -Infinity, maximum = Infinity, choices } = known
  if (choices && !choices.includes(String(changed))) {
    const message = `The knob "${name}" can't be "${changed}".`
    throw new Fault('recipe-invalid', message, { subject: name, hint: `It takes ${choices.join(', ')}.` })
  }
  if (typeof changed === 'number' && !(changed >= minimum && changed <= maximum)) {
    const message = `The knob "${name}" is ${changed}, but should lie between ${minimum} and ${maximum}.`
    throw new Fault('recipe-invalid', message, { subject: name, hint: known.reason })
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Fault('recipe-invalid', `The recipe is not JSON: ${error.message}`, { subject: path })
    throw asFault(error, path)
  }
}
