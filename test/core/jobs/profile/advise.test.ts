import { describe, expect, it } from 'vitest'
import { activities, type ByActivity } from '../../../../core/contract/index.ts'
import { advise, type ProfileFacts } from '../../../../core/jobs/profile/advise.ts'

const seconds = (over: Partial<ByActivity>): ByActivity => ({
  ...(Object.fromEntries(activities.map((name) => [name, 0])) as ByActivity),
  ...over,
})
const training = { batchSize: 32, pairs: 1000, compile: true, checkpointEvery: 10, pictures: 100 }
const facts = (over: Partial<ProfileFacts> = {}): ProfileFacts => ({
  seconds: seconds({ compute: 97, wait: 2, upload: 1 }),
  steps: 100,
  later: null,
  ownLoad: 0.95,
  otherLoad: 0.02,
  cores: 8,
  device: 'CPU',
  peakBytes: 2e9,
  machineBytes: 16e9,
  training,
  megapixels: () => 12,
  ...over,
})
const codes = (over: Partial<ProfileFacts>) => advise(facts(over)).map(({ code }) => code)

describe('advice', () => {
  it('says that nothing is in the way where all the time is computing', () => {
    expect(advise(facts())).toEqual([{ code: 'compute-bound', values: { share: 0.97 } }])
  })

  it('names decoding with the size of the pictures where steps wait for them', () => {
    const waiting = { seconds: seconds({ compute: 75, wait: 25 }) }
    expect(advise(facts(waiting))).toEqual([{ code: 'wait-decoding', values: { share: 0.25, megapixels: 12 } }])
    expect(advise(facts({ ...waiting, megapixels: () => null }))).toEqual([
      { code: 'wait-pictures', values: { share: 0.25 } },
    ])
  })

  it('tells a first pass that fills the cache from waiting that stays', () => {
    const first = seconds({ compute: 80, wait: 20 })
    const after = (wait: number) => ({ seconds: seconds({ compute: 50, wait }), steps: 50 })
    expect(advise(facts({ seconds: first, later: after(0.5) }))).toMatchObject([
      { code: 'wait-first-epoch', values: { share: 0.2 } },
    ])
    expect(advise(facts({ seconds: first, later: after(10) }))).toEqual([
      { code: 'wait-pictures', values: { share: 10 / 60 } },
    ])
    expect(codes({ seconds: first, later: { ...after(0), steps: 2 } })).toEqual(['wait-decoding'])
  })

  it('asks for the size of pictures only when it matters', () => {
    const fail = () => {
      throw new Error('asked')
    }
    expect(() => advise(facts({ megapixels: fail }))).not.toThrow()
  })

  it.each([
    ['transfer-long', { seconds: seconds({ compute: 80, upload: 15, download: 5 }) }],
    ['batch-small', { seconds: seconds({ compute: 2 }) }],
    ['checkpoint-often', { seconds: seconds({ compute: 80, checkpoint: 20 }) }],
    ['evaluate-long', { seconds: seconds({ compute: 60, evaluate: 40 }) }],
    ['prepare-long', { seconds: seconds({ compute: 60, prepare: 40 }) }],
    ['machine-busy', { ownLoad: 0.5, otherLoad: 0.4 }],
    ['cores-idle', { ownLoad: 0.3 }],
    ['memory-short', { peakBytes: 15e9 }],
  ] as [string, Partial<ProfileFacts>][])('says %s where that is measured, and nothing else', (code, over) => {
    expect(codes(over)).toEqual([code])
  })

  it('says that the step is not compiled beside that nothing is in the way, and only of a processor', () => {
    const off = { training: { ...training, compile: false } }
    expect(codes(off)).toEqual(['compute-bound', 'compile-off'])
    expect(codes({ ...off, device: 'GPU' })).toEqual(['compute-bound'])
    expect(codes({ ...off, otherLoad: 0.4 })).toEqual(['compile-off', 'machine-busy'])
  })

  it('names a spacing of checkpoints that costs half the limit', () => {
    const [advice] = advise(facts({ seconds: seconds({ compute: 80, checkpoint: 20 }) }))
    expect(advice).toEqual({ code: 'checkpoint-often', values: { share: 0.2, every: 10, better: 80 } })
  })

  it('does not ask for idle processor cores to be filled where an accelerator computes', () => {
    expect(codes({ ownLoad: 0.1, device: 'GPU' })).toEqual(['compute-bound'])
  })

  it('is silent about steps when hardly any were made', () => {
    expect(codes({ seconds: seconds({ compute: 0.5, wait: 0.4 }), steps: 3 })).toEqual([])
    expect(codes({ seconds: seconds({ evaluate: 9, compute: 0.5 }), steps: 3 })).toEqual(['evaluate-long'])
  })

  it('speaks of knobs only to training runs', () => {
    expect(codes({ training: null, seconds: seconds({ compute: 60, prepare: 40 }) })).toEqual(['compute-bound'])
  })
})
