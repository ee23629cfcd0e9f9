import type { Captured } from '../tensor/index.ts'

/** Lengths of 8, 12, 16, 24, 32, 48 … tokens: few programs serve every caption, and little of a row is padding. */
export function roundedLength(longest: number, context: number): number {
  let length = 8
  while (length < longest) length = Number.isInteger(Math.log2(length)) ? length * 1.5 : (length * 4) / 3
  return Math.min(length, context)
}

/** Items in groups of at most `size`, those of similar length together; `places` are their indices in the list. */
export function byLength<Item extends { length: number }>(items: Item[], size: number) {
  const order = items.map((_, index) => index).sort((a, b) => items[a]!.length - items[b]!.length || a - b)
  const groups: { places: number[]; items: Item[]; longest: number }[] = []
  for (let at = 0; at < order.length; at += size) {
    const places = order.slice(at, at + size)
    groups.push({ places, items: places.map((place) => items[place]!), longest: items[places.at(-1)!]!.length })
  }
  return groups
}

/** Programs by caption length, made when they are first needed; there are few lengths, so all are kept. */
export function programsByLength(make: (length: number) => Captured) {
  const steps = new Map<number, Captured>()
  function at(length: number): Captured {
    if (!steps.has(length)) steps.set(length, make(length))
    return steps.get(length)!
  }
  const dispose = () => steps.forEach((step) => step.dispose())
  return { at, dispose }
}
