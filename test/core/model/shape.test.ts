import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { asBlip, parameterCount, parseShape, readShape } from '../../../core/model/families.ts'
import { imageTokenCount } from '../../../core/model/shape.ts'
import { temporaryFolder, toyShape } from '../checkpoint/support.ts'

const models = fileURLToPath(new URL('../../../resources/models/', import.meta.url))

describe('the shapes that are shipped', () => {
  const millions = { tiny: [1.3, 2], small: [22, 28], base: [250, 255] } as const
  test.each(Object.entries(millions))('%s has its size, %j million parameters', (name, [least, most]) => {
    const { shape } = readShape(`${models}${name}.json`)
    expect(shape.name).toBe(name)
    expect(parameterCount(shape) / 1e6).toBeGreaterThan(least)
    expect(parameterCount(shape) / 1e6).toBeLessThan(most)
  })

  test('base has the token ids of the published checkpoints', () => {
    const { shape } = readShape(`${models}base.json`)
    expect(shape.text.vocabularySize).toBe(30524)
    expect(shape.text.tokens).toEqual({ pad: 0, unk: 100, cls: 101, sep: 102, mask: 103, dec: 30522, enc: 30523 })
    expect(imageTokenCount(asBlip(shape))).toBe(197)
  })
})

describe('a shape is refused', () => {
  test('when its numbers do not fit each other', () => {
    expect(() => parseShape({ ...toyShape, image: { ...toyShape.image, size: 10 } })).toThrow(/multiple of the patch/)
    expect(() => parseShape({ ...toyShape, text: { ...toyShape.text, heads: 3 } })).toThrow(/multiple of its heads/)
  })

  test('when a part is missing, and the part is named', () => {
    const { embed: _, ...rest } = toyShape
    expect(() => parseShape(rest)).toThrow(/embed/)
  })

  test('when its file lacks a part', () => {
    const path = join(temporaryFolder(), 'broken.json')
    writeFileSync(path, '{ "name": "broken", "embed": 4 }')
    expect(() => readShape(path)).toThrow(/text/)
  })
})
