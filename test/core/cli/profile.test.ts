import { expect, test } from 'vitest'
import { profileText } from '../../../core/cli/profile.ts'
import type { JobProfile } from '../../../core/contract/index.ts'

test('says in one line where the time went, the largest share first, and nothing of what is next to none', () => {
  const shares = { prepare: 0.1, wait: 0.004, upload: 0, compute: 0.7, download: 0, checkpoint: 0.05, evaluate: 0.1 }
  const profile = { seconds: 41.6, shares: { ...shares, other: 0.046 }, stepsPerSecond: 2.1776, peakBytes: 756e6 }
  expect(profileText(profile as JobProfile)).toBe(
    '42 s: computing 70.0 %, loading and compiling 10.0 %, comparing 10.0 %, checkpoints 5.0 %, other 4.6 %; 2.18 steps/s; 0.8 GB at most',
  )
})
