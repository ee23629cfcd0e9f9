import type { Executable } from '../../ffi/pjrt/executable.ts'
import { cacheKey, type ExecutableCache } from './cache.ts'

/** What the loading of programs before they are asked for needs. */
export interface EarlyOptions {
  cache: Pick<ExecutableCache, 'noted' | 'note'>
  /** What besides its text a program depends on. */
  fixedParts: readonly (string | Uint8Array)[]
  /** The kept program of a key; null if there is none that loads. */
  fetch(key: string): Promise<Executable | null>
  destroy(executable: Executable): void
}

interface Guess {
  key: Promise<string | null>
  executable: Promise<Executable | null>
}

/**
 * Loads programs while they are still being recorded: by name, what the process before took under it. A guess only saves
 * time: it is used if the key of the whole recorded program is the same, and else thrown away.
 */
export function newEarly({ cache, fixedParts, fetch, destroy }: EarlyOptions) {
  const guesses = new Map<string, Guess>()
  const begun = new Set<string>()
  const noteOf = (name: string) => cacheKey([...fixedParts, name])

  return {
    /** A program of this name will be asked for. Only the first of a name is guessed. */
    expect(name: string) {
      if (begun.has(name)) return
      begun.add(name)
      const key = cache.noted(noteOf(name))
      const executable = key.then((found) => (found === null ? null : fetch(found)))
      executable.catch(() => undefined) // told by `take`
      guesses.set(name, { key, executable })
    },
    /** The program of this name and key, if it was guessed. Notes the key for the next process. */
    async take(name: string, key: string): Promise<Executable | null> {
      const guess = guesses.get(name)
      if (!guess) return null
      guesses.delete(name)
      const guessed = await guess.key
      if (guessed === key) return guess.executable.catch(() => null)
      void guess.executable.then((executable) => executable && destroy(executable)).catch(() => undefined)
      await cache.note(noteOf(name), key)
      return null
    },
  }
}
