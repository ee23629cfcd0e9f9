let last: Promise<unknown> = Promise.resolve()

/** Runs tasks one after the other: steps share state, and each uses all cores anyway. */
export function enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
  const result = last.then(task)
  last = result.catch(() => undefined)
  return result
}
