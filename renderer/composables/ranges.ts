/** Sets of positions as sorted, separate ranges [from, to): a selection of a million rows stays small. */
export type Ranges = ReadonlyArray<readonly [from: number, to: number]>

export function sizeOf(ranges: Ranges): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0)
}

export function includes(ranges: Ranges, index: number): boolean {
  return ranges.some(([from, to]) => index >= from && index < to)
}

/** Adds [from, to), joining what it touches. */
export function add(ranges: Ranges, from: number, to: number): Ranges {
  const apart = ranges.filter(([start, end]) => end < from || start > to)
  const touched = ranges.filter(([start, end]) => end >= from && start <= to)
  const joined = [
    Math.min(from, ...touched.map(([start]) => start)),
    Math.max(to, ...touched.map(([, end]) => end)),
  ] as const
  return [...apart, joined].sort((a, b) => a[0] - b[0])
}

export function remove(ranges: Ranges, from: number, to: number): Ranges {
  const left: [number, number][] = []
  for (const [start, end] of ranges) {
    if (start < from) left.push([start, Math.min(end, from)])
    if (end > to) left.push([Math.max(start, to), end])
  }
  return left
}

export function toggle(ranges: Ranges, index: number): Ranges {
  return includes(ranges, index) ? remove(ranges, index, index + 1) : add(ranges, index, index + 1)
}

/** Every position, up to `limit` of them. */
export function positions(ranges: Ranges, limit: number): number[] {
  const all: number[] = []
  for (const [from, to] of ranges) for (let at = from; at < to && all.length < limit; at++) all.push(at)
  return all
}
