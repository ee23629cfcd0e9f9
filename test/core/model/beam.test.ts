import { expect, test } from 'vitest'
import { advance, startBeam, type Beam, type BeamRules } from '../../../core/model/beam.ts'
import { bestOf } from '../../../core/model/nextTokens.ts'

const rules: BeamRules = { beams: 2, maxLength: 6, promptLength: 1, sep: 0, lengthPenalty: 1 }

/** Log probabilities of tokens 0 ([SEP]), 1 and 2. */
const logs = (...shares: number[]) => bestOf(Float32Array.from(shares, Math.log), 4)

function run(rows: number[][][], given: BeamRules = rules): Beam {
  let beam = startBeam([9], given)
  for (const step of rows)
    beam = advance(
      beam,
      step.map((shares) => logs(...shares)),
      given,
    ).beam
  return beam
}

test('the first token comes from one beam only, as all are still the same', () => {
  const { beam, parents } = advance(startBeam([9], rules), [logs(0.1, 0.6, 0.3), logs(0.1, 0.6, 0.3)], rules)
  expect(beam.running.map(({ ids }) => ids)).toEqual([
    [9, 1],
    [9, 2],
  ])
  expect(parents).toEqual([0, 0])
})

test('finds the caption of the highest probability, where greedy choice goes wrong', () => {
  const first = [0.02, 0.55, 0.43]
  const beam = run([
    [first, first],
    [
      [0.02, 0.49, 0.49],
      [0.02, 0.97, 0.01],
    ],
  ])
  expect(beam.running[0]!.ids).toEqual([9, 2, 1])
  expect(beam.running[0]!.score).toBeCloseTo(Math.log(0.43 * 0.97), 5)
})

test('tells which past each row goes on from', () => {
  const first = [0.02, 0.55, 0.43]
  const { beam } = advance(startBeam([9], rules), [logs(...first), logs(...first)], rules)
  const { parents } = advance(beam, [logs(0.9, 0.05, 0.05), logs(0.02, 0.49, 0.49)], rules)
  expect(parents).toEqual([1, 1])
})

test('ranks finished captions by score divided by length without the prompt', () => {
  const beam = run([
    [
      [0.5, 0.5, 0],
      [0.5, 0.5, 0],
    ],
  ])
  expect(beam.finished).toEqual([{ ids: [9, 0], score: expect.closeTo(Math.log(0.5)) }])
  const next = advance(beam, [logs(1, 0, 0), logs(1, 0, 0)], rules).beam
  expect(next.finished[0]).toEqual({ ids: [9, 1, 0], score: expect.closeTo(Math.log(0.5) / 2) })
})

test('settles when no running caption can still win', () => {
  const beam = run([
    [
      [0.96, 0.03, 0.01],
      [0.96, 0.03, 0.01],
    ],
    [
      [0.98, 0.01, 0.01],
      [0.98, 0.01, 0.01],
    ],
  ])
  expect(beam.settled).toBe(true)
})

test('ends all captions at the longest length', () => {
  const beam = run(
    [
      [
        [0.2, 0.5, 0.3],
        [0.2, 0.5, 0.3],
      ],
    ],
    { ...rules, maxLength: 2 },
  )
  expect(beam.settled).toBe(true)
  expect(beam.finished.map(({ ids }) => ids)).toEqual([
    [9, 1],
    [9, 2],
  ])
})
