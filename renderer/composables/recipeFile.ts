import type { Recipe } from '../../core/contract/index.ts'

export type KnobValue = number | string | boolean
type Knob = Recipe['knobs'][number]

/** The text of a recipe file, as the engine reads it: the recipe with its changed values. */
export function recipeText(recipe: Recipe, changes: Record<string, KnobValue>): string {
  const { name, title, purpose, system, shape } = recipe
  const knobs = recipe.knobs.map(({ path, ...rest }) => [path, { ...rest, value: changes[path] ?? rest.value }])
  return `${JSON.stringify({ name, title, purpose, system, shape, knobs: Object.fromEntries(knobs) }, null, 2)}\n`
}

/** The shipped recipe that a file changes: the one of its name, else the first of its system. */
export function baseOf(file: Recipe, recipes: Recipe[]): Recipe | undefined {
  const suited = recipes.filter(({ system }) => system === file.system)
  return suited.find(({ name }) => name === file.name) ?? suited[0]
}

/** What a file has otherwise than its base. */
export function changesFrom(base: Recipe, file: Recipe): Record<string, KnobValue> {
  const known = new Map(base.knobs.map(({ path, value }) => [path, value]))
  const changed = file.knobs.filter(({ path, value }) => known.get(path) !== value)
  return Object.fromEntries(changed.map(({ path, value }) => [path, value]))
}

/** The recipe with other reasons, by knob. */
export const withReasons = (recipe: Recipe, reasons: Record<string, string>): Recipe => ({
  ...recipe,
  knobs: recipe.knobs.map((knob) => ({ ...knob, reason: reasons[knob.path] ?? knob.reason })),
})

/** Whether a value lies where its recipe allows it. */
export function inRange({ minimum = -Infinity, maximum = Infinity }: Knob, value: KnobValue): boolean {
  return typeof value !== 'number' || (value >= minimum && value <= maximum)
}

/** Hands the text over as a file, as a browser does a download. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
