import { backend } from '../backend/current.ts'
import { session } from '../binding/session.ts'

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
 * Runs work eagerly and times each operation on its way to the runtime. Not while a step is captured: nothing runs then.
 * libtensorflow's operations are done when they return; where they are not (PJRT), each is waited for by reading it.
 */
export function profileOperations(work: () => void): OperationProfile {
  const { binding } = backend()
  const { executeOp } = binding
  const times = new Map<string, { calls: number; milliseconds: number }>()
  const copying = session().runtime.name === 'pjrt' ? (id: number) => waitFor(id, binding) : () => 0
  binding.executeOp = (name, ...rest) => {
    const started = performance.now()
    const results = executeOp(name, ...rest)
    const copied = results[0] ? copying(results[0].id) : 0
    const entry = times.get(name) ?? { calls: 0, milliseconds: 0 }
    entry.calls++
    entry.milliseconds += Math.max(0, performance.now() - started - copied)
    times.set(name, entry)
    return results
  }
  const started = performance.now()
  try {
    work()
  } finally {
    binding.executeOp = executeOp
  }
  return summarise(times, performance.now() - started)
}

/** Waits until a tensor has its values; returns the milliseconds that went into copying them twice. */
function waitFor(id: number, { tensorDataSync }: ReturnType<typeof backend>['binding']): number {
  tensorDataSync(id)
  const started = performance.now()
  tensorDataSync(id)
  return 2 * (performance.now() - started)
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
