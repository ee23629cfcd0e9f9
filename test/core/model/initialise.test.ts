import { expect, test } from 'vitest'
import { completeParameters, initialise } from '../../../core/model/initialise.ts'
import { parameterCount, parameterShapes } from '../../../core/model/families.ts'
import { checkParameters } from '../../../core/model/parameters.ts'
import { parseShape } from '../../../core/model/families.ts'
import { toyShape } from '../objective/support.ts'

const published = parseShape({
  name: 'base',
  image: { size: 384, patch: 16, width: 768, depth: 12, heads: 12, inner: 3072 },
  text: { ...toyShape.text, vocabularySize: 30524, width: 768, depth: 12, heads: 12, inner: 3072, context: 512 },
  embed: 256,
})

test('the published shape has the number of parameters that BLIP gives: 252 million with shared cross-attention and feed-forward', () => {
  // The paper's 252M count "all but self-attention shared" (its table 3); positions at 384 pixels add 0.3M.
  expect(parameterCount(published) / 1e6).toBeGreaterThan(245)
  expect(parameterCount(published) / 1e6).toBeLessThan(256)
})

test('the same seed gives the same weights, another seed others', () => {
  const name = 'itm_head.weight'
  expect(initialise(toyShape, 3)[name]!.data).toEqual(initialise(toyShape, 3)[name]!.data)
  expect(initialise(toyShape, 3)[name]!.data).not.toEqual(initialise(toyShape, 4)[name]!.data)
})

test('weights spread by 0.02 and stay within two deviations; norms are one and biases zero', () => {
  const tensors = initialise({ ...toyShape, text: { ...toyShape.text, vocabularySize: 2000 } }, 1)
  const words = tensors['text_encoder.embeddings.word_embeddings.weight']!.data
  const deviation = Math.sqrt(words.reduce((sum, value) => sum + value ** 2, 0) / words.length)
  expect(deviation).toBeCloseTo(0.0176, 3)
  expect(Math.max(...words.map(Math.abs))).toBeLessThanOrEqual(0.04)
  expect([...tensors['vision_model.post_layernorm.weight']!.data].every((value) => value === 1)).toBe(true)
  expect([...tensors['vision_model.encoder.layers.0.layer_norm1.weight']!.data].every((value) => value === 1)).toBe(
    true,
  )
  expect([...tensors['text_encoder.embeddings.LayerNorm.weight']!.data].every((value) => value === 1)).toBe(true)
  expect([...tensors['itm_head.bias']!.data]).toEqual([0, 0])
  expect(tensors['temp']!.data[0]).toBeCloseTo(0.07)
})

test('a half that an imported model lacks starts as its other half', () => {
  const whole = initialise(toyShape, 1)
  const half = Object.fromEntries(Object.entries(whole).filter(([name]) => !name.startsWith('text_decoder.')))
  const complete = completeParameters(toyShape, half, 2)
  const own = 'text_decoder.bert.encoder.layer.0.attention.self.query.weight'
  expect(complete[own]!.data).toEqual(whole['text_encoder.encoder.layer.0.attention.self.query.weight']!.data)
  checkParameters(toyShape, complete)
})

test('a tensor of another shape is refused with its name and both shapes', () => {
  const tensors = initialise(toyShape, 1)
  tensors['text_proj.weight'] = { shape: [4, 9], data: new Float32Array(36) }
  expect(() => checkParameters(toyShape, tensors)).toThrow('text_proj.weight should be [4, 8] but is [4, 9]')
})

test('no parameter is left out or too much', () => {
  const tensors = initialise(toyShape, 1)
  const { temp, ...rest } = tensors
  expect(() => checkParameters(toyShape, rest)).toThrow(/lacks the tensor temp/)
  expect(() => checkParameters(toyShape, { ...tensors, extra: temp! })).toThrow(/no place for the tensor extra/)
  expect(Object.keys(tensors)).toHaveLength(parameterShapes(toyShape).size)
})
