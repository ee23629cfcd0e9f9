import { grammar } from './grammar.ts'
import type { Size } from './grammar.ts'
import type { Attributes, Relation, Thing } from './scene.ts'

const nounOf = new Map<string, { noun: string; plural: boolean }>()
for (const { one: noun, many, synonym } of grammar.nouns) {
  nounOf.set(noun, { noun, plural: false }).set(many, { noun, plural: true })
  if (synonym) nounOf.set(synonym.one, { noun, plural: false }).set(synonym.many, { noun, plural: true })
}

const countOf = new Map(grammar.words.counts.map((word, index) => [word, index + 1]))
countOf.set('a', 1).set('an', 1)
const colourOf = new Map(grammar.colours.map(({ name }) => [name, name])).set('grey', 'gray')
const sizeOf = new Map<string, Size>()
for (const size of ['small', 'big'] as const) for (const word of grammar.words[size]) sizeOf.set(word, size)

/**
 * Reads what a caption says about a picture, in any of the frames and also in the loose text that a model writes.
 * What it doesn't say, or says in two ways, is null (a count: 0).
 */
export function parseCaption(text: string): Attributes {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? []
  const things = readThings(words)
  return { things, colour: only(words, colourOf), size: only(words, sizeOf), relation: readRelation(words, things) }
}

function readThings(words: string[]): Thing[] {
  const things: Thing[] = []
  let count: number | undefined
  for (const word of words) {
    count = countOf.get(word) ?? count
    const known = nounOf.get(word)
    if (!known) continue
    things.push({ noun: known.noun, count: count ?? (known.plural ? 0 : 1) })
    count = undefined
  }
  return things
}

function only<Value>(words: string[], meaning: Map<string, Value>): Value | null {
  const found = new Set(words.map((word) => meaning.get(word)).filter((value) => value !== undefined))
  return found.size === 1 ? [...found][0]! : null
}

function readRelation(words: string[], things: Thing[]): Relation | null {
  if (things.length !== 2) return null
  const text = ` ${words.join(' ')} `
  const [first, second] = things.map(({ noun }) => noun) as [string, string]
  for (const [kind, inverse] of Object.entries(grammar.words.relations)) {
    if (text.includes(` ${kind} `)) return { kind, first, second }
    if (text.includes(` ${inverse} `)) return { kind, first: second, second: first }
  }
  return null
}

/** Which attributes a caption has right; null where the scene has none. `all`: right in everything and adds nothing false. */
export interface Accuracy {
  nouns: boolean
  count: boolean
  colour: boolean
  relation: boolean | null
  size: boolean | null
  all: boolean
}

/** Holds a caption against the truth of its scene. `count` compares the bare numbers where the nouns are wrong. */
export function attributeAccuracy(caption: string, truth: Attributes): Accuracy {
  const said = parseCaption(caption)
  const nouns = sorted(said.things, ({ noun }) => noun) === sorted(truth.things, ({ noun }) => noun)
  const number = nouns ? ({ noun, count }: Thing) => `${noun} ${count}` : ({ count }: Thing) => `${count}`
  const count = sorted(said.things, number) === sorted(truth.things, number)
  const colour = said.colour === truth.colour
  const size = said.size === truth.size
  const relation = sameRelation(said.relation, truth.relation)
  return {
    nouns,
    count,
    colour,
    relation: truth.relation && relation,
    size: truth.size && size,
    all: nouns && count && colour && size && relation,
  }
}

function sorted(things: Thing[], text: (thing: Thing) => string): string {
  return things.map(text).sort().join()
}

function sameRelation(a: Relation | null, b: Relation | null): boolean {
  return a?.kind === b?.kind && a?.first === b?.first && a?.second === b?.second
}
