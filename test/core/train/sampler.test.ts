import { expect, test } from 'vitest'
import { createSampler } from '../../../core/train/sampler.ts'

const start = { seed: 7, epoch: 0, position: 0 }
const draw = (sampler: ReturnType<typeof createSampler>, times: number) =>
  Array.from({ length: times }, () => sampler.next())

test('draws each pair once in an epoch and another order in the next', () => {
  const [first, second, third, fourth] = draw(createSampler(8, 4, start), 4)
  expect([...first!.indices, ...second!.indices].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect([...third!.indices, ...fourth!.indices]).not.toEqual([...first!.indices, ...second!.indices])
  expect(third!.epoch).toBe(1)
})

test('drops a last batch that would be short', () => {
  const draws = draw(createSampler(10, 4, start), 3)
  expect(draws.map(({ epoch }) => epoch)).toEqual([0, 0, 1])
})

test('goes on exactly from its state', () => {
  const unbroken = draw(createSampler(10, 3, start), 9)
  const first = createSampler(10, 3, start)
  draw(first, 5)
  expect(draw(createSampler(10, 3, first.state()), 4)).toEqual(unbroken.slice(5))
})

test('refuses fewer pairs than a batch takes', () => {
  expect(() => createSampler(3, 4, start)).toThrow('only 3')
})
