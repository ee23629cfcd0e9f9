import { describe, expect, it } from 'vitest'
import {
  grammar,
  isHeldOut,
  loadSprites,
  makeScene,
  paintScene,
  seededRandom,
} from '../../../../core/exchange/sample/index.ts'
import type { Scene, SceneSet } from '../../../../core/exchange/sample/index.ts'

const many = (set: SceneSet, count = 2000) =>
  Array.from({ length: count }, (_, index) => makeScene(seededRandom(`scene/${index}`), set))
const share = (scenes: Scene[], holds: (scene: Scene) => boolean) => scenes.filter(holds).length / scenes.length

describe('makeScene', () => {
  it('draws the same scene from the same seed and another from another', () => {
    expect(makeScene(seededRandom('7'))).toEqual(makeScene(seededRandom('7')))
    expect(makeScene(seededRandom('7'))).not.toEqual(makeScene(seededRandom('8')))
  })

  it('keeps held-out combinations and the held-out vendor out of training', () => {
    const scenes = many('training')
    expect(scenes.filter(isHeldOut)).toEqual([])
    expect(scenes.flatMap(({ drawings }) => drawings).filter(({ vendor }) => vendor === 'twemoji')).toEqual([])
  })

  it('shows a held-out combination in every combo scene, with training drawings', () => {
    const scenes = many('combo', 500)
    expect(scenes.every(isHeldOut)).toBe(true)
    expect(
      scenes.flatMap(({ drawings }) => drawings).every(({ vendor }) => grammar.vendors.training.includes(vendor)),
    ).toBe(true)
  })

  it('draws vendor scenes only with held-out drawings, and only in combinations that training shows', () => {
    const scenes = many('vendor', 500)
    expect(scenes.flatMap(({ drawings }) => drawings).every(({ vendor }) => vendor === 'twemoji')).toBe(true)
    expect(scenes.some(isHeldOut)).toBe(false)
  })

  it('holds out one colour per noun and about a fifth of the pairs of nouns', () => {
    const names = grammar.nouns.map(({ one }) => one)
    const thing = (noun: string) => ({ noun, count: 1 })
    for (const noun of names) {
      const colours = grammar.colours.filter(({ name }) => isHeldOut({ things: [thing(noun)], colour: name }))
      expect(colours).toHaveLength(1)
    }
    const pairs = names.flatMap((first, index) => names.slice(index + 1).map((second) => [thing(first), thing(second)]))
    const heldOut = pairs.filter((things) => isHeldOut({ things, colour: null }))
    expect(heldOut.length / pairs.length).toBeCloseTo(0.2, 1)
    expect(new Set(heldOut.flat().map(({ noun }) => noun)).size).toBe(24)
  })

  it('mixes kinds of scenes in the stated shares', () => {
    const scenes = many('training')
    expect(share(scenes, ({ size }) => size !== null)).toBeCloseTo(grammar.scenes.one, 1)
    expect(share(scenes, ({ relation }) => relation !== null)).toBeCloseTo(grammar.scenes.relation, 1)
  })

  it('places drawings inside the picture and as the relation says', () => {
    const scenes = many('training')
    for (const { drawings } of scenes) {
      for (const { x, y, scale } of drawings) {
        for (const edge of [x - scale / 2, y - scale / 2, 1 - x - scale / 2, 1 - y - scale / 2])
          expect(edge).toBeGreaterThan(-1e-9)
      }
    }
    const related = (kind: string) =>
      scenes.filter(({ relation }) => relation?.kind === kind).map(({ drawings }) => drawings)
    expect(related('left of').length).toBeGreaterThan(50)
    for (const [first, second] of related('left of')) expect(first!.x).toBeLessThan(second!.x - 0.2)
    for (const [first, second] of related('above')) expect(first!.y).toBeLessThan(second!.y - 0.2)
  })

  it('draws as many things as the scene says', () => {
    for (const { things, drawings } of many('training', 300)) {
      for (const { noun, count } of things)
        expect(drawings.filter((drawing) => drawing.noun === noun)).toHaveLength(count)
    }
  })
})

describe('paintScene', () => {
  const scene: Scene = {
    ...makeScene(seededRandom('1')),
    background: { rgb: [10, 200, 30], pattern: 'plain', variant: 0 },
    drawings: [{ noun: 'apple', vendor: 'noto', x: 0.25, y: 0.5, scale: 0.3, mirror: false }],
  }

  it('paints the same bytes for the same scene', async () => {
    const sprites = await loadSprites()
    const painted = paintScene(scene, sprites)
    expect(painted).toHaveLength(96 * 96 * 3)
    expect(paintScene(scene, sprites)).toEqual(painted)
  })

  it('leaves the background alone beside the drawing and covers it in the middle of an apple', async () => {
    const painted = paintScene(scene, await loadSprites())
    const pixel = (x: number, y: number) => [...painted.subarray(3 * (y * 96 + x), 3 * (y * 96 + x) + 3)]
    expect(pixel(0, 0)).toEqual([10, 200, 30])
    expect(pixel(80, 48)).toEqual([10, 200, 30])
    const [red, green] = pixel(24, 50)
    expect(red).toBeGreaterThan(150)
    expect(green).toBeLessThan(120)
  })

  it('mirrors a drawing around its own centre', async () => {
    const sprites = await loadSprites()
    const centred = { ...scene.drawings[0]!, x: 0.5 }
    const plain = paintScene({ ...scene, drawings: [centred] }, sprites)
    const mirrored = paintScene({ ...scene, drawings: [{ ...centred, mirror: true }] }, sprites)
    expect(mirrored).not.toEqual(plain)
    for (const [x, y] of [
      [40, 50],
      [52, 44],
      [36, 60],
    ] as const) {
      for (const channel of [0, 1, 2]) {
        const difference = mirrored[3 * (y * 96 + x) + channel]! - plain[3 * (y * 96 + 95 - x) + channel]!
        expect(Math.abs(difference)).toBeLessThanOrEqual(1)
      }
    }
  })

  it('has a drawing of every noun by every vendor, unlike the others', async () => {
    const sprites = await loadSprites()
    const seen = new Set<string>()
    for (const vendor of [...grammar.vendors.training, grammar.vendors.heldOut]) {
      for (const { one } of grammar.nouns) {
        const { data } = sprites(vendor, one)
        const opaque = data.filter((value, index) => index % 4 === 3 && value > 200).length
        expect(opaque).toBeGreaterThan(500)
        seen.add(data.subarray(8192, 8448).join())
      }
    }
    expect(seen.size).toBe(120)
  })
})
