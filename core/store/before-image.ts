/** Captions that had the same decision before an operation, and what it made of them. */
export interface DecisionGroup {
  decision: number
  by: number | null
  at: number | null
  reason: string | null
  /** Decision code after the operation. */
  after: number
  ids: number[]
}

/**
 * Packs groups for the operation log: the old fields once a group as JSON, then the ids as
 * differences in variable length, about a byte each. Sorts the ids.
 */
export function packGroups(groups: DecisionGroup[]): Buffer {
  const heads = groups.map(({ ids, ...fields }) => ({ ...fields, count: ids.length }))
  const head = Buffer.from(JSON.stringify(heads))
  const total = groups.reduce((sum, { ids }) => sum + ids.length, 0)
  const packed = Buffer.alloc(4 + head.length + total * 5)
  packed.writeUInt32LE(head.length)
  head.copy(packed, 4)
  let at = 4 + head.length
  for (const { ids } of groups) at = writeIds(packed, at, ids)
  return packed.subarray(0, at)
}

function writeIds(packed: Buffer, start: number, ids: number[]): number {
  let at = start
  let previous = 0
  for (const id of ids.sort((a, b) => a - b)) {
    let difference = id - previous
    previous = id
    while (difference > 127) {
      packed[at++] = (difference & 127) | 128
      difference >>>= 7
    }
    packed[at++] = difference
  }
  return at
}

/** Undoes `packGroups`. */
export function unpackGroups(packed: Buffer): DecisionGroup[] {
  const length = packed.readUInt32LE()
  const heads = JSON.parse(packed.subarray(4, 4 + length).toString()) as (Omit<DecisionGroup, 'ids'> & {
    count: number
  })[]
  let at = 4 + length
  return heads.map(({ count, ...fields }) => {
    const ids = new Array<number>(count)
    let previous = 0
    for (let index = 0; index < count; index++) {
      let shift = 0
      let byte: number
      do {
        byte = packed[at++]!
        previous += (byte & 127) * 2 ** shift
        shift += 7
      } while (byte > 127)
      ids[index] = previous
    }
    return { ...fields, ids }
  })
}
