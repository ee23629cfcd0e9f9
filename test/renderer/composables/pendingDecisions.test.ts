import { describe, expect, it } from 'vitest'
import { createPendingDecisions } from '../../../renderer/composables/pendingDecisions.ts'
import type { Pair } from '../../../core/contract/index.ts'

const row = { captionId: 7, decision: 'undecided', decidedBy: null } as Pair

describe('pending decisions', () => {
  it('lie over pages until the engine has acknowledged them', () => {
    const pending = createPendingDecisions()
    pending.begin(7, 'accepted')
    expect(pending.lay(row, pending.now()).decision).toBe('accepted')
  })

  it('lie over a page that was asked for before the acknowledgement and comes after it', () => {
    const pending = createPendingDecisions()
    const entry = pending.begin(7, 'accepted')
    const askedAt = pending.now()
    pending.settle(entry)
    expect(pending.lay(row, askedAt).decision).toBe('accepted')
  })

  it('give way to a page that was asked for afterwards, for instance after another window changed it', () => {
    const pending = createPendingDecisions()
    pending.settle(pending.begin(7, 'accepted'))
    expect(pending.lay(row, pending.now()).decision).toBe('undecided')
  })

  it('are gone when the engine refused them', () => {
    const pending = createPendingDecisions()
    pending.drop(7, pending.begin(7, 'accepted'))
    expect(pending.lay(row, pending.now())).toBe(row)
  })

  it('let the newest of two decisions on one pair stand', () => {
    const pending = createPendingDecisions()
    const first = pending.begin(7, 'accepted')
    pending.begin(7, 'rejected')
    pending.drop(7, first)
    expect(pending.lay(row, pending.now()).decision).toBe('rejected')
  })
})
