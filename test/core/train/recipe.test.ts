import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { recipe as recipeContract } from '../../../core/contract/model.ts'
import { parseKnobs } from '../../../core/train/knobs.ts'
import { knobsOf, listRecipes, parseRecipe, readRecipe, recipeNamed, recipeRecord } from '../../../core/train/recipe.ts'

test('the shipped recipes have every knob, each with a reason', () => {
  const recipes = listRecipes()
  const names = recipes.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['captioner', 'filter', 'finetune', 'pretrain']))
  for (const recipe of recipes) {
    const record = recipeContract.parse(recipeRecord(recipe))
    expect(record.knobs.every(({ reason }) => reason.length > 3)).toBe(true)
  }
})

test('changes replace values by name', () => {
  expect(knobsOf(recipeNamed('finetune'), { steps: 7, compile: false })).toMatchObject({ steps: 7, compile: false })
})

test.each([
  [{ stepz: 1 }, 'no knob "stepz"'],
  [{ steps: 0 }, 'between 1 and'],
  [{ steps: 1.5 }, '"steps"'],
  [{ steps: '10' }, 'takes a number'],
  [{ learningRate: NaN }, 'between'],
])('names the knob that is wrong: %o', (changes, message) => {
  expect(() => knobsOf(recipeNamed('finetune'), changes as never)).toThrow(message)
})

test('refuses a record that lacks a knob', () => {
  const { learningRate: _, ...rest } = knobsOf(recipeNamed('filter'))
  expect(() => parseKnobs(rest)).toThrow('"learningRate"')
})

test('refuses a recipe without a reason, and one that is not JSON', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'winnow-recipe-')), 'odd.json')
  writeFileSync(
    path,
    JSON.stringify({ name: 'odd', title: 'Odd', purpose: 'None', knobs: { steps: { value: 3, reason: '' } } }),
  )
  expect(() => readRecipe(path)).toThrow(/reason/)
  writeFileSync(path, '{')
  expect(() => readRecipe(path)).toThrow('not JSON')
})

test('a shipped recipe leaves out what holds for all of them', () => {
  const resources = join(import.meta.dirname, '../../../resources')
  const read = (path: string) => JSON.parse(readFileSync(join(resources, path), 'utf8'))
  const common = read('knobs.json')
  for (const { name } of listRecipes()) {
    const { knobs } = read(`recipes/${name}.json`) as { knobs: Record<string, object> }
    const repeated = Object.entries(knobs).filter(([knob, entry]) => isDeepStrictEqual(entry, common[knob]))
    expect([name, repeated]).toEqual([name, []])
  }
})

test('an unknown recipe is named together with those there are', () => {
  expect(() => recipeNamed('pretrian')).toThrow('pretrian')
})

test('a recipe from outside is refused with the knob or key that is wrong, and why', () => {
  const clip = recipeNamed('clip')
  const steps = { value: -3, reason: 'too few', minimum: 1 }
  const refused = (text: string) => {
    try {
      return parseRecipe(text)
    } catch (fault) {
      return fault
    }
  }
  expect(parseRecipe(JSON.stringify(clip))).toEqual(clip)
  expect(refused('{')).toMatchObject({ code: 'recipe-invalid' })
  expect(refused(JSON.stringify({ ...clip, colour: 'red' }))).toMatchObject({ subject: 'colour' })
  expect(refused(JSON.stringify({ ...clip, knobs: { ...clip.knobs, steps } }))).toMatchObject({
    subject: 'steps',
    message: 'The knob "steps" is -3, but should lie between 1 and Infinity.',
  })
  expect(refused(JSON.stringify({ ...clip, knobs: { ...clip.knobs, steps: { value: 5 } } }))).toMatchObject({
    subject: 'steps',
  })
})
