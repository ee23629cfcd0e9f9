import { grammar } from './grammar.ts'
import type { Noun, Pattern, SceneKind, Size } from './grammar.ts'
import { place } from './layout.ts'
import type { Place } from './layout.ts'
import { between, pick, pickWeighted, weightedIndex } from './random.ts'
import type { Random } from './random.ts'

export interface Thing {
  noun: string
  /** How many; 0 where a caption leaves it open. */
  count: number
}

/** `first` is left of or above `second`; captions may say it the other way round. */
export interface Relation {
  kind: string
  first: string
  second: string
}

/** What a caption can be right or wrong about. */
export interface Attributes {
  things: Thing[]
  colour: string | null
  size: Size | null
  relation: Relation | null
}

/** One drawing in a picture; see Place for the units. */
export interface Drawing extends Place {
  noun: string
  vendor: string
  mirror: boolean
}

export interface Background {
  rgb: [number, number, number]
  pattern: Pattern
  /** Which variant of the pattern, from 0 up to 1. */
  variant: number
}

export interface Scene extends Attributes {
  colour: string
  background: Background
  drawings: Drawing[]
}

/**
 * training: common drawings and no held-out combination; combo: at least one held-out combination;
 * vendor: drawings of the held-out vendor, otherwise as training.
 */
export type SceneSet = 'training' | 'combo' | 'vendor'

/** Draws one scene. The same stream of random numbers gives the same scene. */
export function makeScene(random: Random, set: SceneSet = 'training'): Scene {
  const kind = pickWeighted(random, grammar.scenes)
  const attributes = drawAttributes(random, kind, set === 'combo')
  return {
    ...attributes,
    background: drawBackground(random, attributes.colour),
    drawings: drawThings(random, attributes, set === 'vendor' ? [grammar.vendors.heldOut] : grammar.vendors.training),
  }
}

/** Whether a scene has a noun on the colour, or beside the noun, that training never shows it with. */
export function isHeldOut({ things, colour }: Pick<Attributes, 'things' | 'colour'>): boolean {
  const indexes = things.map(({ noun }) => grammar.nouns.findIndex(({ one }) => one === noun))
  if (indexes.some((index) => grammar.nouns[index]!.heldOutColour === colour)) return true
  return indexes.length === 2 && (indexes[0]! + indexes[1]!) % grammar.heldOutPairEvery === 0
}

type Said = Attributes & { colour: string }

function drawAttributes(random: Random, kind: SceneKind, heldOut: boolean): Said {
  for (;;) {
    const said = sayers[kind](random, pick(random, grammar.colours).name)
    if (isHeldOut(said) === heldOut) return said
  }
}

const sayers: Record<SceneKind, (random: Random, colour: string) => Said> = {
  one(random, colour) {
    const count = weightedIndex(random, grammar.counts) + 1
    const size: Size = random() < 0.5 ? 'small' : 'big'
    return { things: [{ noun: pick(random, grammar.nouns).one, count }], colour, size, relation: null }
  },
  relation(random, colour) {
    const [first, second] = twoNouns(random)
    const kind = pick(random, Object.keys(grammar.words.relations))
    const things = [first, second].map((noun) => ({ noun, count: 1 }))
    return { things, colour, size: null, relation: { kind, first, second } }
  },
  pair(random, colour) {
    const [more, less] = twoNouns(random)
    const things = [
      { noun: more, count: 2 },
      { noun: less, count: 1 },
    ]
    return { things, colour, size: null, relation: null }
  },
}

function twoNouns(random: Random): [string, string] {
  const first = pick(random, grammar.nouns)
  const others = grammar.nouns.filter((noun: Noun) => noun !== first)
  return [first.one, pick(random, others).one]
}

function drawBackground(random: Random, colour: string): Background {
  const base = grammar.colours.find(({ name }) => name === colour)!.rgb
  const jitter = () => Math.round(between(random, -grammar.colourJitter, grammar.colourJitter))
  const rgb = base.map((value) => Math.min(255, Math.max(0, value + jitter()))) as Background['rgb']
  return { rgb, pattern: pick(random, grammar.patterns), variant: random() }
}

function drawThings(random: Random, attributes: Attributes, vendors: string[]): Drawing[] {
  const nouns = attributes.things.flatMap(({ noun, count }) => Array<string>(count).fill(noun))
  return place(random, attributes).map((spot, index) => ({
    ...spot,
    noun: nouns[index]!,
    vendor: pick(random, vendors),
    mirror: random() < grammar.mirror,
  }))
}
