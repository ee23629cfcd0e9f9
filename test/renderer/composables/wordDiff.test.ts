import { describe, expect, it } from 'vitest'
import { wordDifferences } from '../../../renderer/composables/wordDiff.ts'

const marked = (words: { text: string; common: boolean }[]) =>
  words.filter((word) => !word.common).map((word) => word.text)

describe('word differences', () => {
  it('marks only the words that the other caption lacks', () => {
    const { left, right } = wordDifferences('a red fox on snow', 'a brown fox on the snow')
    expect(marked(left)).toEqual(['red'])
    expect(marked(right)).toEqual(['brown', 'the'])
  })

  it('takes no account of case and of punctuation at the ends', () => {
    const { left, right } = wordDifferences('A Fox, running.', 'a fox running')
    expect([...marked(left), ...marked(right)]).toEqual([])
  })

  it('compares Chinese letter by letter', () => {
    expect(marked(wordDifferences('一只红狐', '一只白狐').left)).toEqual(['红'])
  })

  it('marks everything when the other caption is empty', () => {
    expect(wordDifferences('', 'a fox')).toEqual({
      left: [],
      right: [
        { text: 'a', common: false },
        { text: 'fox', common: false },
      ],
    })
  })

  it('stays quick on very long captions', () => {
    const long = Array.from({ length: 5000 }, (_, at) => `w${at}`).join(' ')
    const before = performance.now()
    expect(wordDifferences(long, long).left).toHaveLength(5000)
    expect(performance.now() - before).toBeLessThan(200)
  })
})
