import type { Recipe } from '../../core/contract/index.ts'

/** Recipes that most people look for; they stand first. */
const everyday = ['finetune', 'captioner', 'filter', 'quality']
const systems: [group: string, systems: string[]][] = [
  ['together', ['blip', 'albef', 'qformer']],
  ['encoders', ['clip']],
  ['space', ['alignment', 'acmr']],
  ['writing', ['cnn-rnn']],
  ['drawing', ['gan']],
]

/** Recipes by what a person wants of them, none left out; the groups' names have their words under `runs.group`. */
export function groupRecipes(recipes: Recipe[]): { name: string; recipes: Recipe[] }[] {
  const first = everyday.flatMap((name) => recipes.find((recipe) => recipe.name === name) ?? [])
  const rest = recipes.filter((recipe) => !first.includes(recipe))
  const known = systems.map(([name, of]) => ({ name, recipes: rest.filter(({ system }) => of.includes(system)) }))
  const named = new Set(systems.flatMap(([, of]) => of))
  const other = rest.filter(({ system }) => !named.has(system))
  return [{ name: 'everyday', recipes: first }, ...known, { name: 'other', recipes: other }].filter(
    (group) => group.recipes.length > 0,
  )
}
