import { describe, expect, test } from 'vitest'
import { parameterShapes } from '../../../core/model/families.ts'
import { rateFactors, trainedNames } from '../../../core/train/groups.ts'
import { knobsOf, recipeNamed } from '../../../core/train/recipe.ts'
import { toyShape } from '../objective/support.ts'

const names = [...parameterShapes(toyShape).keys()]
const trained = (freeze: string) => trainedNames(names, knobsOf(recipeNamed('pretrain'), { freeze }))

describe('freezing', () => {
  test('leaves out what its patterns name, and nothing else', () => {
    expect(trained('')).toEqual(names)
    const rest = trained('vision_model.*, temp')
    expect(rest).toEqual(names.filter((name) => !name.startsWith('vision_model.') && name !== 'temp'))
  })

  test('takes a dot as a dot', () => {
    expect(() => trained('vision_modelXpost*')).toThrow('no such parameter')
    expect(() => trained('text.proj.weight')).toThrow('text.proj.weight')
  })

  test('refuses to leave nothing to train', () => {
    expect(() => trained('*')).toThrow('nothing to train')
  })
})

describe('layer-wise rates', () => {
  const layered = [0, 1, 2].map((layer) => `vision_model.encoder.layers.${layer}.mlp.fc1.weight`)
  const some = ['vision_model.embeddings.class_embedding', ...layered, 'vision_proj.weight', 'temp']

  test('fall by the factor from layer to layer, and once more for the embeddings below', () => {
    expect([...rateFactors(some, 0.5).values()]).toEqual([0.125, 0.25, 0.5, 1, 1, 1])
  })

  test('are all one without decay', () => {
    expect([...rateFactors(some, 1).values()]).toEqual(some.map(() => 1))
  })

  test('count each stack by itself', () => {
    const two = ['a.layers.0.w', 'a.layers.1.w', 'b.layer.0.w']
    expect([...rateFactors(two, 0.9).values()]).toEqual([0.9, 1, 1])
  })
})
