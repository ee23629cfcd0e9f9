import { backend } from '../backend/current.ts'

/** Operations listed by name; what comes after is left out. */
const listed = 15

export interface OperationProfile {
  /** Wall time of the whole run. */
  stepMilliseconds: number
  /** Of it, inside of operations. */
  milliseconds: number
  calls: number
  /** The dearest first; shares of `milliseconds`. */
  top: { name: string; calls: number; milliseconds: number; share: number }[]
}

/**
 * Runs work eagerly and times each operation on its way to the runtime. An operation's time includes the wait for its
 * inputs, which eager operations on a processor don't have. Not while a step is captured: nothing runs then.
 */
export function profileOperations(work: () => void): OperationProfile {
  const { binding } = backend()
  const { executeOp } = binding
  const times = new Map<string, { calls: number; milliseconds: number }>()
  binding.executeOp = (name, ...rest) => {
    const started = performance.now()
    try {
      return executeOp(name, ...rest)
    } finally {
      const entry = times.get(name) ?? { calls: 0, milliseconds: 0 }
      times.set(name, { calls: entry.calls + 1, milliseconds: entry.milliseconds + performance.now() - started })
    }
  }
  const started = performance.now()
  try {
    work()
  } finally {
    binding.executeOp = executeOp
  }
  return summarise(times, performance.now() - started)
}

function summarise(times: Map<string, { calls: number; milliseconds: number }>, stepMilliseconds: number) {
  const all = [...times].map(([name, entry]) => ({ name, ...entry }))
  const milliseconds = all.reduce((sum, entry) => sum + entry.milliseconds, 0)
  const top = all
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, listed)
    .map((entry) => ({ ...entry, share: milliseconds > 0 ? entry.milliseconds / milliseconds : 0 }))
  return { stepMilliseconds, milliseconds, calls: all.reduce((sum, { calls }) => sum + calls, 0), top }
}
