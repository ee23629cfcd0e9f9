import { grammar } from './grammar.ts'
import type { Noun } from './grammar.ts'
import { pick } from './random.ts'
import type { Random } from './random.ts'
import type { Scene, Thing } from './scene.ts'

interface Wording {
  noun(noun: Noun): { one: string; many: string }
  size: string
  inverted: boolean
}

/** What a careful person writes: one fixed frame, plain words, left to right and top to bottom. */
export function humanCaption(scene: Scene): string {
  return fill(grammar.human.frame, scene, { noun: (noun) => noun, size: scene.size ?? '', inverted: false })
}

/** A true caption as the web words it: six frames, synonyms, relations said either way. */
export function webCaption(scene: Scene, random: Random): string {
  const { frames, synonym, inverted } = grammar.web
  return fill(pick(random, frames), scene, {
    noun: (noun) => (noun.synonym && random() < synonym ? noun.synonym : noun),
    size: scene.size ? pick(random, grammar.words[scene.size]) : '',
    inverted: random() < inverted,
  })
}

function fill(frame: string, scene: Scene, wording: Wording): string {
  const text = frame.replace('{things}', things(scene, wording)).replace('{colour}', scene.colour)
  return text.replace(/\ba (?=[aeiou])/g, 'an ')
}

function things({ things, relation }: Scene, wording: Wording): string {
  const phrases = things.map((thing) => phrase(thing, wording))
  if (!relation) return phrases.join(' and ')
  if (!wording.inverted) return phrases.join(` ${relation.kind} `)
  return phrases.reverse().join(` ${grammar.words.relations[relation.kind]} `)
}

function phrase({ noun, count }: Thing, wording: Wording): string {
  const words = wording.noun(grammar.nouns.find(({ one }) => one === noun)!)
  const number = count === 1 ? 'a' : grammar.words.counts[count - 1]!
  return [number, wording.size, count === 1 ? words.one : words.many].filter(Boolean).join(' ')
}
