import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readShape } from '../../../core/model/index.ts'
import { canLend, lendersOf } from '../../../core/model/lend.ts'

const shape = (name: string) => readShape(join(import.meta.dirname, '../../../resources/models', `${name}.json`)).shape

test('a picture encoder fits a model of another family with the same ViT in the same size, and no other', () => {
  for (const [from, to] of [
    ['tiny', 'qformer-tiny'],
    ['tiny', 'albef-tiny'],
    ['albef-tiny', 'qformer-tiny'],
  ] as const)
    expect([from, to, canLend(shape(from), shape(to))]).toEqual([from, to, true])
  expect(canLend(shape('small'), shape('qformer-tiny'))).toBe(false)
  expect(canLend(shape('tiny'), shape('clip-tiny'))).toBe(false)
  // no encoder of this name at all
  expect(canLend(shape('tiny'), shape('vse-tiny'))).toBe(false)
})

test('the families that can lend are those with that ViT', () => {
  expect(lendersOf('qformer')).toEqual(['blip', 'albef'])
  expect(lendersOf('clip')).toEqual([])
})
