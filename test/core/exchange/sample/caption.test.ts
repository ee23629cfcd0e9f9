import { describe, expect, it } from 'vitest'
import {
  attributeAccuracy,
  grammar,
  humanCaption,
  isHeldOut,
  makeScene,
  noise,
  parseCaption,
  sampleVocabulary,
  seededRandom,
  webCaption,
  webText,
} from '../../../../core/exchange/sample/index.ts'
import type { Attributes, Scene } from '../../../../core/exchange/sample/index.ts'

const scenes = Array.from({ length: 1500 }, (_, index) =>
  makeScene(seededRandom(`caption/${index}`), index % 2 ? 'training' : 'combo'),
)
const attributes = ({ things, colour, size, relation }: Scene): Attributes => ({ things, colour, size, relation })
const byNoun = (said: Attributes) => ({ ...said, things: said.things.toSorted((a, b) => a.noun.localeCompare(b.noun)) })
const dogAboveCat: Attributes = {
  things: [
    { noun: 'dog', count: 1 },
    { noun: 'cat', count: 1 },
  ],
  colour: 'red',
  size: null,
  relation: { kind: 'above', first: 'dog', second: 'cat' },
}

describe('captions', () => {
  it('can be read back from the human wording without loss', () => {
    for (const scene of scenes) expect(parseCaption(humanCaption(scene))).toEqual(attributes(scene))
  })

  it('can be read back from every web wording without loss', () => {
    const random = seededRandom('web')
    const starts = new Set<string>()
    for (const scene of scenes) {
      const text = webCaption(scene, random)
      starts.add(text.split(' ')[0]!)
      expect(byNoun(parseCaption(text))).toEqual(byNoun(attributes(scene)))
    }
    expect(starts.has('photo') && starts.has('a') && starts.has('red')).toBe(true)
  })

  it('put "an" before a vowel and no doubled blanks', () => {
    for (const scene of scenes) {
      expect(humanCaption(scene)).not.toMatch(/\ba [aeiou]|\ban [^aeiou]| {2}|\{/)
      expect(webCaption(scene, seededRandom('x'))).not.toMatch(/\ba [aeiou]|\ban [^aeiou]| {2}|\{/)
    }
  })

  it('are the same from the same seed', () => {
    const scene = scenes[0]!
    expect(webText(scene, seededRandom('a'))).toEqual(webText(scene, seededRandom('a')))
  })

  it('hold only words of the vocabulary', () => {
    const tokens = new Set(sampleVocabulary())
    const random = seededRandom('words')
    for (const scene of scenes) {
      for (const text of [humanCaption(scene), webText(scene, random).text]) {
        for (const word of text.match(/[a-z]+|,/g) ?? []) expect(tokens).toContain(word)
      }
    }
  })
})

describe('webText', () => {
  const random = seededRandom('noise')
  const texts = Array.from({ length: 6000 }, (_, index) => {
    const scene = makeScene(seededRandom(`noise/${index}`))
    return { scene, ...webText(scene, random) }
  })
  const share = (kind: string, among = texts) => among.filter((text) => text.kind === kind).length / among.length

  it('leaves out captions and adds noise in the stated shares', () => {
    expect(Math.abs(share('missing') - 0.03)).toBeLessThan(0.01)
    const given = texts.filter(({ kind }) => kind !== 'missing')
    expect(Math.abs(share('ok', given) - 0.5)).toBeLessThan(0.03)
    const noisy = given.filter(({ kind }) => kind !== 'ok')
    for (const [kind, stated] of Object.entries(grammar.noise.kinds))
      expect(Math.abs(share(kind, noisy) - stated)).toBeLessThan(0.03)
  })

  it('is entirely right exactly where it is not noise', () => {
    for (const { scene, text, kind } of texts)
      expect({ text, right: attributeAccuracy(text, scene).all }).toEqual({ text, right: kind === 'ok' })
  })

  it('names no noun at all in boilerplate and generic phrases', () => {
    const found = texts
      .filter(({ kind }) => kind === 'boilerplate' || kind === 'generic')
      .flatMap(({ text }) => parseCaption(text).things)
    expect(found).toEqual([])
  })

  it('never tells a training reader of a held-out combination', () => {
    for (const { text } of texts)
      expect({ text, heldOut: isHeldOut(parseCaption(text)) }).toEqual({ text, heldOut: false })
  })

  it('makes wrong captions that name other nouns, and cuts short ones at the end', () => {
    for (const scene of scenes.slice(0, 300)) {
      expect(attributeAccuracy(noise(scene, 'wrong', random), scene).nouns).toBe(false)
      const words = noise(scene, 'truncated', random).split(' ').length
      expect(words).toBeGreaterThanOrEqual(2)
    }
  })
})

describe('attributeAccuracy', () => {
  it('accepts the relation said the other way round', () => {
    const told = attributeAccuracy('a cat below a dog on a red background', dogAboveCat)
    expect(told).toEqual({ nouns: true, count: true, colour: true, relation: true, size: null, all: true })
  })

  it('tells which attribute is wrong', () => {
    expect(attributeAccuracy('a cat above a dog on a red background', dogAboveCat)).toMatchObject({
      nouns: true,
      relation: false,
      all: false,
    })
    expect(attributeAccuracy('a dog above a cat on a blue background', dogAboveCat)).toMatchObject({
      nouns: true,
      colour: false,
      all: false,
    })
    expect(attributeAccuracy('a dog above a pig on a red background', dogAboveCat)).toMatchObject({
      nouns: false,
      count: true,
      all: false,
    })
    expect(attributeAccuracy('two dogs and a cat on a red background', dogAboveCat)).toMatchObject({
      nouns: true,
      count: false,
      all: false,
    })
  })

  it('counts a claim that the scene does not bear out as not entirely right', () => {
    const cat: Attributes = { things: [{ noun: 'cat', count: 1 }], colour: 'red', size: null, relation: null }
    expect(attributeAccuracy('a cat on red', cat).all).toBe(true)
    expect(attributeAccuracy('a big cat on red', cat)).toMatchObject({ size: null, all: false })
    expect(attributeAccuracy('a cat on red and blue', cat)).toMatchObject({ colour: false, all: false })
  })

  it('reads the loose text of a model', () => {
    expect(parseCaption('A picture of Two little PUPPIES, on grey!')).toEqual({
      things: [{ noun: 'dog', count: 2 }],
      colour: 'gray',
      size: 'small',
      relation: null,
    })
    expect(parseCaption('cats')).toMatchObject({ things: [{ noun: 'cat', count: 0 }] })
    expect(parseCaption('')).toEqual({ things: [], colour: null, size: null, relation: null })
  })
})
