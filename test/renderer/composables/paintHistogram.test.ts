import { describe, expect, it } from 'vitest'
import { joinBins } from '../../../renderer/composables/paintHistogram.ts'

describe('joining bins to bars', () => {
  const bins = Array.from({ length: 1000 }, (_, bin) => bin % 7)

  it('loses no count', () => {
    for (const width of [3, 97, 400, 1303])
      expect(joinBins(bins, width).reduce((a, b) => a + b)).toBe(bins.reduce((a, b) => a + b))
  })

  it('makes bars of some pixels, and few of them when there is little to count', () => {
    expect(joinBins(bins, 400)).toHaveLength(100)
    expect(
      joinBins(
        bins.map((_, bin) => (bin < 9 ? 1 : 0)),
        400,
      ),
    ).toHaveLength(25)
  })
})
