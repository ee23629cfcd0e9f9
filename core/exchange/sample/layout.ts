import { grammar } from './grammar.ts'
import type { Range } from './grammar.ts'
import { between, pick, shuffled } from './random.ts'
import type { Random } from './random.ts'
import type { Attributes } from './scene.ts'

/** Centre and side of a drawing as shares of the picture's side, from 0 to 1. */
export interface Place {
  x: number
  y: number
  scale: number
}

type Spot = readonly [x: number, y: number]

const beside: Spot[] = [
  [0.27, 0.5],
  [0.73, 0.5],
]
const stacked: Spot[] = [
  [0.5, 0.27],
  [0.5, 0.73],
]
const twos: Spot[][] = [
  beside,
  stacked,
  [
    [0.28, 0.28],
    [0.72, 0.72],
  ],
  [
    [0.72, 0.28],
    [0.28, 0.72],
  ],
]
const threes: Spot[][] = [
  [
    [0.27, 0.27],
    [0.73, 0.27],
    [0.5, 0.73],
  ],
  [
    [0.5, 0.27],
    [0.27, 0.73],
    [0.73, 0.73],
  ],
  [
    [0.27, 0.27],
    [0.27, 0.73],
    [0.73, 0.5],
  ],
  [
    [0.73, 0.27],
    [0.73, 0.73],
    [0.27, 0.5],
  ],
]

/** Finds a place for each drawing, in the order of the things; the places of a relation show that relation. */
export function place(random: Random, attributes: Attributes): Place[] {
  const count = attributes.things.reduce((sum, thing) => sum + thing.count, 0)
  const range = scaleRange(attributes, count)
  if (count === 1) return [anywhere(random, between(random, ...range))]
  return spots(random, attributes, count).map((spot) => near(random, spot, between(random, ...range)))
}

function scaleRange({ size, relation }: Attributes, count: number): Range {
  if (size) return grammar.scales[size][count - 1]!
  return relation ? grammar.scales.relation : grammar.scales.pair
}

function spots(random: Random, { relation }: Attributes, count: number): Spot[] {
  if (relation) return relation.kind === 'above' ? stacked : beside
  return shuffled(random, pick(random, count === 2 ? twos : threes))
}

function anywhere(random: Random, scale: number): Place {
  return { x: between(random, scale / 2, 1 - scale / 2), y: between(random, scale / 2, 1 - scale / 2), scale }
}

function near(random: Random, [x, y]: Spot, scale: number): Place {
  const jitter = grammar.positionJitter
  const inside = (value: number) => Math.min(1 - scale / 2, Math.max(scale / 2, value))
  return { x: inside(x + between(random, -jitter, jitter)), y: inside(y + between(random, -jitter, jitter)), scale }
}
