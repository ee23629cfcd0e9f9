import { describe, expect, it } from 'vitest'
import { roundedShares } from '../../../renderer/composables/roundedShares.ts'

describe('rounded shares', () => {
  it('add up to what they added up to, the largest remainders being rounded up', () => {
    expect(roundedShares({ a: 1 / 3, b: 1 / 3, c: 1 / 3 })).toEqual({ a: 0.334, b: 0.333, c: 0.333 })
    expect(roundedShares({ a: 0.66649, b: 0.33351 }, 0)).toEqual({ a: 0.67, b: 0.33 })
  })

  it('leave round ones alone', () => {
    expect(roundedShares({ a: 0.29, b: 0.71, c: 0 })).toEqual({ a: 0.29, b: 0.71, c: 0 })
    expect(roundedShares({ a: 0, b: 0 })).toEqual({ a: 0, b: 0 })
  })
})
