import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { inTurn } from '../../../renderer/composables/inTurn.ts'

let frames: (() => void)[] = []
beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => frames.push(callback))
})
afterEach(() => vi.unstubAllGlobals())
const frame = () => frames.shift()?.()

it('does one piece of work a frame, in order, and none that was taken back', () => {
  const done: string[] = []
  inTurn(() => done.push('a'))
  const takeBack = inTurn(() => done.push('b'))
  inTurn(() => done.push('c'))
  expect(done).toEqual([])
  frame()
  expect(done).toEqual(['a'])
  takeBack()
  frame()
  expect(done).toEqual(['a', 'c'])
  expect(frames).toEqual([])
})

it('asks for frames again after it had nothing to do', () => {
  const done: string[] = []
  inTurn(() => done.push('a'))
  frame()
  inTurn(() => done.push('b'))
  frame()
  expect(done).toEqual(['a', 'b'])
})
