import { expect, test } from 'vitest'
import { agreement } from '../../../bench/harness/parity.ts'
import type { Program } from '../../../bench/harness/program.ts'
import type { TrainingCase } from '../../../bench/harness/trainingCase.ts'

const report = { loss: 9, itc: 4, itm: 0.7, lm: 4.3, gradientNorm: 12, temperature: 0.07 }
const training = {
  knobs: {},
  batch: { text: [[1], [2], [3]], caption: [], sampleIds: [], captionIds: [] },
} as unknown as TrainingCase

function program(steps: object[], asked: object[] = []): Program {
  const left = [...steps]
  const ask = async (action: string, fields?: object) => {
    asked.push({ action, ...fields })
    return { ms: 1, cpuMs: 1, ...(action === 'step' ? left.shift() : {}) }
  }
  return { ask: ask as Program['ask'], close: async () => {}, kill: async () => {} }
}

test('steps that agree are told with the largest difference, on a batch of two pairs', async () => {
  const asked: { action: string; batch?: { text: number[][] } }[] = []
  const ours = program([report, { ...report, lm: 4.3005 }], asked as object[])
  const other = { name: 'PyTorch', program: program([report, report]) }
  const text = await agreement({ program: ours, mode: 'captured', other }, training)
  expect(text).toContain("agree with PyTorch's within 0e+0, after an update within 5e-4")
  expect(asked[0]!.batch!.text).toEqual([[1], [2]])
})

test.each([['itc'], ['itm'], ['lm'], ['gradientNorm']] as const)('a difference in %s is refused', async (name) => {
  const other = { name: 'PyTorch', program: program([{ ...report, [name]: report[name] * 1.001 }, report]) }
  const compared = agreement({ program: program([report, report]), mode: 'captured', other }, training)
  await expect(compared).rejects.toThrow('disagree by')
})
