import { describe, expect, it, vi } from 'vitest'
import { createPageSource } from '../../../renderer/composables/pageSource.ts'

/** A source whose fetches are answered by hand. */
function heldSource({ count = 1000, ...options } = {}) {
  const calls: { from: number; to: number; signal: AbortSignal; answer: () => Promise<void> }[] = []
  const onError = vi.fn()
  const source = createPageSource<{ at: number }>({
    count,
    onError,
    pageSize: 10,
    maxInFlight: 2,
    maxPages: 3,
    fetchRows: (from, to, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        const answer = async () => {
          resolve(Array.from({ length: to - from }, (_, at) => ({ at: from + at })))
          await new Promise((done) => setTimeout(done))
        }
        calls.push({ from, to, signal, answer })
      }),
    ...options,
  })
  return { source, calls, onError }
}

describe('a page source', () => {
  it('gives a row once its page has come', async () => {
    const { source, calls } = heldSource()
    source.want(5, 15)
    expect(source.get(12)).toBeUndefined()
    await Promise.all(calls.map((call) => call.answer()))
    expect(source.get(12)).toEqual({ at: 12 })
    expect(source.version.value).toBe(2)
  })

  it('asks for no rows past the end', async () => {
    const { source, calls } = heldSource({ count: 13 })
    source.want(0, 100)
    expect(calls.map(({ from, to }) => [from, to])).toEqual([
      [0, 10],
      [10, 13],
    ])
  })

  it('gives up requests for what left the screen, without an error', async () => {
    const { source, calls, onError } = heldSource()
    source.want(0, 10)
    source.want(500, 510)
    expect(calls[0]!.signal.aborted).toBe(true)
    await calls[1]!.answer()
    expect(source.get(505)).toEqual({ at: 505 })
    expect(onError).not.toHaveBeenCalled()
  })

  it('never sends queued requests that are no longer wanted', async () => {
    const { source, calls } = heldSource()
    source.want(0, 50)
    source.want(900, 910)
    await calls.at(-1)!.answer()
    expect(calls.map((call) => call.from)).toEqual([0, 10, 900])
  })

  it('forgets the page that was looked at longest ago', async () => {
    const { source, calls } = heldSource()
    for (const from of [0, 10, 20]) {
      source.want(from, from + 10)
      await calls.at(-1)!.answer()
    }
    source.want(0, 10)
    source.want(30, 40)
    await calls.at(-1)!.answer()
    expect(source.get(0)).toBeDefined()
    expect(source.get(10)).toBeUndefined()
  })

  it('keeps old rows on screen until their page has come anew', async () => {
    const { source, calls } = heldSource()
    source.want(0, 10)
    await calls[0]!.answer()
    source.invalidate()
    expect(source.get(3)).toEqual({ at: 3 })
    source.want(0, 10)
    expect(calls).toHaveLength(2)
  })

  it('fetches again what was asked for before it was marked old', async () => {
    const { source, calls } = heldSource()
    source.want(0, 10)
    source.invalidate()
    await calls[0]!.answer()
    source.want(0, 10)
    expect(calls).toHaveLength(2)
  })

  it('goes on with a row that is waited for when the screen moves away', async () => {
    const { source, calls } = heldSource()
    const row = source.load(42)
    source.want(500, 510)
    expect(calls[0]!.signal.aborted).toBe(false)
    await calls[0]!.answer()
    expect(await row).toEqual({ at: 42 })
  })

  it('reports a failed fetch', async () => {
    const { source, onError } = heldSource({ fetchRows: () => Promise.reject(new Error('gone')) } as object)
    source.want(0, 10)
    await new Promise((done) => setTimeout(done))
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'gone' }))
  })
})
