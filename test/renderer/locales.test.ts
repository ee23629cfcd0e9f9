import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'
import { groupRecipes } from '../../renderer/composables/recipeGroups.ts'
import { knobsOf, listRecipes, recipeRecord } from '../../core/train/recipe.ts'
import { systemOf } from '../../core/train/systems/index.ts'
import { activities, adviceCodes } from '../../core/contract/index.ts'

/** Keyed by the English words themselves, so English has none. */
const reasonsFile = 'reasons.json'
const renderer = join(import.meta.dirname, '../../renderer')
type Knobs = Record<string, { reason: string }>
type Texts = { [name: string]: string | Texts }

function flatten(texts: Texts, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([name, value]) =>
    typeof value === 'string' ? [[path + name, value] as [string, string]] : flatten(value, `${path}${name}.`),
  )
}
function textsOf(locale: string): Map<string, string> {
  const folder = join(renderer, 'locales', locale)
  return new Map(
    readdirSync(folder)
      .filter((file) => file !== reasonsFile)
      .flatMap((file) =>
        flatten(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Texts, `${file.replace('.json', '')}.`),
      ),
  )
}
function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
}

const en = textsOf('en')
const zh = textsOf('zh-CN')
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('the texts', () => {
  it('have the same keys in both languages', () => {
    expect([...zh.keys()].sort()).toEqual([...en.keys()].sort())
  })

  it('name the same values in both languages', () => {
    for (const [key, text] of en) expect([key, placeholders(zh.get(key) ?? '')]).toEqual([key, placeholders(text)])
  })

  it('exist for every key that is used', () => {
    const used = [...filesUnder(renderer, '.vue'), ...filesUnder(renderer, '.ts')].flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bt\('([\w.-]+)'/g)].map((match) => match[1]!),
    )
    expect(used.length).toBeGreaterThan(100)
    expect(used.filter((key) => !en.has(key))).toEqual([])
  })
})

describe('the words of a profile', () => {
  it('name every activity and every advice', () => {
    for (const name of activities) expect(en.has(`profile.activity.${name}`)).toBe(true)
    for (const code of adviceCodes)
      for (const part of ['title', 'text'])
        expect([code, en.has(`profile.advice.${code}.${part}`)]).toEqual([code, true])
  })
})

describe('the words of a run', () => {
  it('explain every sign of not learning that a plan can give', () => {
    const plans = filesUnder(join(renderer, '../core/train/plans'), '.ts')
    const codes = plans.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/code: '([\w-]+)'/g)].map((match) => match[1]!),
    )
    expect(codes).toEqual(expect.arrayContaining(['contrast-chance', 'itm-prior', 'gan-collapse']))
    for (const code of codes)
      for (const part of ['what', 'todo'])
        expect([code, en.has(`runs.notLearning.${code}.${part}`)]).toEqual([code, true])
  })

  it('name every shipped recipe, in English as its file does', () => {
    const folder = join(renderer, '../resources/recipes')
    for (const file of readdirSync(folder)) {
      const { name, title, purpose } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>
      expect([en.get(`recipes.${name}.title`), en.get(`recipes.${name}.purpose`)]).toEqual([title, purpose])
    }
  })

  it('give the reason of every shipped knob in Chinese too, and hold no other', () => {
    const file = readFileSync(join(renderer, 'locales/zh-CN', reasonsFile), 'utf8')
    const reasons = JSON.parse(file) as Record<string, string>
    const common = JSON.parse(readFileSync(join(renderer, '../resources/knobs.json'), 'utf8')) as Knobs
    const shipped = [common, ...listRecipes().map(({ knobs }) => knobs)].flatMap((knobs: Knobs) =>
      Object.values(knobs).map(({ reason }) => reason),
    )
    expect(Object.keys(reasons).sort()).toEqual([...new Set(shipped)].sort())
    for (const [reason, chinese] of Object.entries(reasons))
      expect([reason, chinese]).toEqual([reason, expect.stringMatching(/\p{Script=Han}/u)])
  })

  it('name every curve that a recipe can draw', () => {
    for (const recipe of listRecipes()) {
      const names = systemOf(recipe).reports(knobsOf(recipe))
      for (const name of ['loss', 'gradientNorm', ...names])
        expect([name, en.has(`runs.curve.${name}`)]).toEqual([name, true])
    }
  })

  it('name every group of recipes, and leave none of them out', () => {
    const recipes = listRecipes().map(recipeRecord)
    const groups = groupRecipes(recipes)
    expect(groups[0]!.recipes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['finetune', 'captioner', 'filter']),
    )
    expect(groups.flatMap((group) => group.recipes.map(({ name }) => name)).sort()).toEqual(
      recipes.map(({ name }) => name).sort(),
    )
    for (const { name } of groups) expect(en.has(`runs.group.${name}`)).toBe(true)
  })
})

interface Node {
  type: number
  content?: string
  children?: Node[]
  props?: { type: number; name: string; value?: { content: string } }[]
  loc: { source: string }
}
const shownAttributes = ['label', 'placeholder', 'title', 'aria-label', 'description', 'alt', 'text']
const readable = /\p{L}{2,}/u

/** Words that stand in a template itself instead of in a locale. */
function literals(node: Node): string[] {
  const text = node.type === 2 && readable.test(node.content ?? '') ? [node.content!.trim()] : []
  const attributes = (node.props ?? [])
    .filter(
      (prop) => prop.type === 6 && shownAttributes.includes(prop.name) && readable.test(prop.value?.content ?? ''),
    )
    .map((prop) => prop.value!.content)
  return [...text, ...attributes, ...(node.children ?? []).flatMap(literals)]
}

describe('templates', () => {
  it('hold no literal text', () => {
    const found = filesUnder(renderer, '.vue').flatMap((file) => {
      const template = parse(readFileSync(file, 'utf8')).descriptor.template
      return template?.ast
        ? literals(template.ast as unknown as Node).map((text) => `${file.slice(renderer.length)}: ${text}`)
        : []
    })
    expect(found).toEqual([])
  })

  it('would be caught if they did', () => {
    const ast = parse('<template><p title="Two words">Some text</p></template>').descriptor.template!.ast
    expect(literals(ast as unknown as Node)).toEqual(['Two words', 'Some text'])
  })
})
