import { expect, test } from 'vitest'
import { knobsOf, listRecipes, parseKnobs, recipeNamed } from '../../../core/train/index.ts'
import {
  floorsOf,
  judgeOverfit,
  overfitKnobs,
  overfitPairs,
  overfitText,
  smoothedEntropy,
} from '../../../core/train/overfit.ts'

const pair = (sampleId: number, text: string) => ({ sampleId, text, path: '' })
const shape = { text: { vocabularySize: 10 } } as never

test('the check trains every recipe without noise, decay or targets that move, and its knobs are still usable', () => {
  for (const recipe of listRecipes()) {
    const given = knobsOf(recipe)
    const knobs = overfitKnobs(given)
    expect(parseKnobs(knobs)).toEqual(knobs)
    expect(knobs).toMatchObject({ steps: 200, dropout: 0, weightDecay: 0, flip: 0, cropMinimum: 1, checkpointEvery: 0 })
    expect(knobs.batchSize).toBeLessThanOrEqual(8)
    expect(knobs.learningRate).toBe(given.learningRate)
    for (const name of ['momentum', 'queueSize', 'itmFrom', 'adversarialWeight']) expect(knobs[name] ?? 0).toBe(0)
  }
})

test('a GAN without a joint embedding has no floor to come down to', () => {
  const knobs = knobsOf(recipeNamed('gan'), { matchingWeight: 0 })
  expect(() => overfitKnobs(knobs)).toThrow('no floor')
})

test('its pairs share neither picture nor text', () => {
  const pairs = [pair(1, 'a'), pair(1, 'b'), pair(2, 'A '), pair(3, 'c'), pair(4, 'd')]
  expect(overfitPairs(pairs, 2).map(({ sampleId }) => sampleId)).toEqual([1, 3])
  expect(overfitPairs(pairs, 8).map(({ sampleId }) => sampleId)).toEqual([1, 3, 4])
  expect(() => overfitPairs(pairs.slice(0, 3), 8)).toThrow('at least two pairs')
})

test('the floor of smoothed labels is their entropy', () => {
  expect(smoothedEntropy(0, 10)).toBe(0)
  // two classes at .75 and .25
  expect(smoothedEntropy(0.5, 2)).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 12)
  expect(smoothedEntropy(1, 7)).toBeCloseTo(Math.log(7), 12)
})

test('floors come from what the targets leave open', () => {
  const knobs = overfitKnobs(knobsOf(recipeNamed('finetune')))
  expect(floorsOf(knobs, shape, [])).toMatchObject({ lm: smoothedEntropy(0.1, 10), itc: 0, itm: 0 })
  // a text of two words, one of them twice as often, and one of a single word
  const words = [[5, 5, 6], [7]]
  const twice = -(2 / 3) * Math.log(2 / 3) - (1 / 3) * Math.log(1 / 3)
  expect(floorsOf(knobs, shape, words)['words']).toBeCloseTo(twice / 2, 12)
})

const falling = (name: string, from: number, to: number) =>
  Array.from({ length: 200 }, (_, step) => ({ [name]: from + ((to - from) * step) / 199, loss: 1 }))

test.each([
  ['came down to its floor', 3, 1.05, true],
  ['stopped half-way', 3, 2, false],
  ['never moved', 3, 3, false],
  ['rose', 3, 9, false],
  ['went below what is possible', 3, 0.5, false],
])('a loss that %s', (_, from, to, passed) => {
  const verdict = judgeOverfit(falling('lm', from, to), { lm: 1, itc: 0, loss: 0 })
  expect(verdict).toMatchObject({ passed, losses: [{ name: 'lm', floor: 1, first: from, reached: passed }] })
})

test('every loss has to come down, and one that does not is named', () => {
  const rows = falling('lm', 6, 0.1).map((row) => ({ ...row, itm: 0.64 }))
  const verdict = judgeOverfit(rows, { lm: 0, itm: 0, loss: 0 })
  expect(verdict.passed).toBe(false)
  expect(overfitText(verdict)).toMatch(/not passed.*lm reached.*itm is still above its floor: from 0.640 to 0.640/)
})

test('a system that reports no parts is judged by its loss', () => {
  expect(judgeOverfit(falling('loss', 2, 0.01), { itc: 0, loss: 0 }).losses).toMatchObject([{ name: 'loss' }])
})
