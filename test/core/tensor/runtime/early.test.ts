import { expect, test } from 'vitest'
import type { Executable } from '../../../../core/tensor/ffi/pjrt/executable.ts'
import { newEarly } from '../../../../core/tensor/runtime/pjrt/early.ts'

/** Processes one after the other over the same notes; what is fetched is a stand-in that knows its key. */
function processes() {
  const notes = new Map<string, string>()
  const fetched: string[] = []
  const destroyed: unknown[] = []
  const start = (fixed = 'plugin', fetch = async (key: string) => (fetched.push(key), program(key))) =>
    newEarly({
      cache: {
        noted: async (name) => notes.get(name) ?? null,
        note: async (name, key) => void notes.set(name, key),
      },
      fixedParts: [fixed],
      fetch,
      destroy: (executable) => void destroyed.push(executable),
    })
  return { start, fetched, destroyed }
}

const program = (key: string) => ({ key }) as unknown as Executable

async function runOnce(early: ReturnType<typeof newEarly>, key: string) {
  early.expect('step')
  return early.take('step', key)
}

test('what the process before took under a name is fetched as soon as the name is known', async () => {
  const { start, fetched } = processes()
  expect(await runOnce(start(), 'a')).toBeNull()
  expect(fetched).toEqual([])
  const second = start()
  second.expect('step')
  await Promise.resolve().then(() => undefined)
  expect(fetched).toEqual(['a'])
  expect(await second.take('step', 'a')).toEqual(program('a'))
  expect(fetched).toEqual(['a'])
})

test('a program of another key is thrown away, never used, and the new key is noted', async () => {
  const { start, destroyed, fetched } = processes()
  await runOnce(start(), 'a')
  expect(await runOnce(start(), 'b')).toBeNull()
  await new Promise((resolve) => setTimeout(resolve))
  expect(destroyed).toEqual([program('a')])
  expect(await runOnce(start(), 'b')).toEqual(program('b'))
  expect(fetched).toEqual(['a', 'b'])
})

test('another plugin or other options know nothing of it', async () => {
  const { start, fetched } = processes()
  await runOnce(start('plugin'), 'a')
  expect(await runOnce(start('another'), 'a')).toBeNull()
  expect(fetched).toEqual([])
})

test('a guess serves once: a second program of the name is for the caller to fetch', async () => {
  const { start } = processes()
  await runOnce(start(), 'a')
  const early = start()
  expect(await runOnce(early, 'a')).toEqual(program('a'))
  expect(await runOnce(early, 'a')).toBeNull()
})

test('a fetch that fails is no more than a guess that was wrong', async () => {
  const { start } = processes()
  await runOnce(start(), 'a')
  const failing = start('plugin', () => Promise.reject(new Error('gone')))
  expect(await runOnce(failing, 'a')).toBeNull()
})
