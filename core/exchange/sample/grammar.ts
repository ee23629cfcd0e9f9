import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Noun {
  one: string
  many: string
  heldOutColour: string
  synonym?: { one: string; many: string }
}

export type Range = readonly [low: number, high: number]
export type Size = 'small' | 'big'
export type SceneKind = 'one' | 'relation' | 'pair'
export type Pattern = 'plain' | 'gradient' | 'stripes' | 'dots'
export type NoiseKind = 'wrong' | 'boilerplate' | 'generic' | 'truncated'

/** All that the sample project says and shows; the values and their reasons are in resources/sample. */
export interface Grammar {
  version: number
  /** Side of a picture in pixels. */
  size: number
  quality: number
  sheet: { cell: number; columns: number }
  vendors: { training: string[]; heldOut: string }
  nouns: Noun[]
  colours: { name: string; rgb: [number, number, number] }[]
  colourJitter: number
  patterns: Pattern[]
  scenes: Record<SceneKind, number>
  counts: number[]
  mirror: number
  positionJitter: number
  scales: Record<Size, Range[]> & { relation: Range; pair: Range }
  heldOutPairEvery: number
  words: { counts: string[]; small: string[]; big: string[]; relations: Record<string, string> }
  human: { frame: string }
  web: { frames: string[]; synonym: number; inverted: number; missing: number }
  noise: { share: number; kinds: Record<NoiseKind, number>; boilerplate: string[]; generic: string[] }
  counted: { human: number; web: number; heldOut: number }
}

const folder = new URL('../../../resources/sample/', import.meta.url)

/** The bytes of sample.json, for telling one version of the sample from another. */
export const grammarText = readFileSync(new URL('sample.json', folder), 'utf8')
export const grammar: Grammar = JSON.parse(grammarText)

export function spriteFile(vendor: string): string {
  return fileURLToPath(new URL(`sprites/${vendor}.webp`, folder))
}
