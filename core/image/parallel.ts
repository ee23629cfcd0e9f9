import { availableParallelism } from 'node:os'

/**
 * Works on items in their order, several at a time. After the first failure no further item is
 * begun; when those under way have ended it is thrown.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  work: (item: T, index: number) => Promise<void>,
  width = availableParallelism(),
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  const failures: unknown[] = []
  let index = 0
  async function lane(): Promise<void> {
    while (failures.length === 0) {
      const next = iterator.next()
      if (next.done) return
      await work(next.value, index++).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  if (failures.length > 0) throw failures[0]
}
