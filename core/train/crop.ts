import type { Change } from './augment.ts'
import { createKernel, slack } from './crop-kernel.ts'

/**
 * Writes a changed picture into `target` at `offset`, at the same size, sampled bilinearly with the edge repeated.
 * First across, then down, in steps of 1/256 and rounded to whole bytes after each, so less than 2 off the exact value.
 * `picture`: uint8 RGB, [size, size, 3], row by row.
 */
export type Crop = (picture: Uint8Array, change: Change, target: Uint8Array, offset: number) => void

/** Crops pictures of one size. */
export function createCrop(size: number): Crop {
  const rowBytes = size * 3
  const kernel = createKernel()
  // A row after the picture may be read: at the edge, a place's second pixel lies there, with a share of 0.
  const [source, places, firstLine, secondLine, result, end] = layOut([
    (size + 1) * rowBytes,
    size * 8,
    rowBytes,
    rowBytes,
    size * rowBytes,
  ]) as [number, number, number, number, number, number]
  kernel.memory.grow(Math.ceil(end / 65536))
  const { buffer } = kernel.memory
  const [sourceBytes, resultBytes] = [new Uint8Array(buffer, source), new Uint8Array(buffer, result, size * rowBytes)]
  const columns = new Int32Array(buffer, places, 2 * size)
  const rows = new Int32Array(2 * size)

  function crop(change: Change): void {
    findPlaces(columns, change.left, change.width, { flip: change.flip, step: 3 })
    findPlaces(rows, change.top, change.height, { flip: false, step: 1 })
    let above = { at: firstLine, row: -1 }
    let below = { at: secondLine, row: -1 }
    for (let y = 0; y < size; y++) {
      const row = rows[2 * y]!
      // Rows are walked downwards, so that each is sampled across just once.
      if (above.row !== row && below.row === row) [above, below] = [below, above]
      if (above.row !== row) kernel.resample(source + row * rowBytes, places, size, above.at)
      if (below.row !== row + 1) kernel.resample(source + (row + 1) * rowBytes, places, size, below.at)
      above.row = row
      below.row = row + 1
      kernel.blend(above.at, below.at, rows[2 * y + 1]!, rowBytes, result + y * rowBytes)
    }
  }

  return (picture, change, target, offset) => {
    if (isWhole(change)) return target.set(picture, offset)
    sourceBytes.set(picture)
    crop(change)
    target.set(resultBytes, offset)
  }
}

const isWhole = ({ left, top, width, height, flip }: Change) =>
  left === 0 && top === 0 && width === 1 && height === 1 && !flip

/** Where areas of these lengths lie one after the other, and where the last one ends. */
function layOut(lengths: number[]): number[] {
  const starts = [0]
  for (const length of lengths) starts.push(Math.ceil((starts.at(-1)! + length + slack) / 8) * 8)
  return starts
}

/** For each target position: the first of the two source positions, times `step`, and the share of the second in 1/256. */
function findPlaces(
  places: Int32Array,
  start: number,
  span: number,
  { flip, step }: { flip: boolean; step: number },
): void {
  const size = places.length / 2
  for (let index = 0; index < size; index++) {
    const place = flip ? size - 1 - index : index
    const source = Math.min(size - 1, Math.max(0, (start + ((place + 0.5) / size) * span) * size - 0.5))
    places[2 * index] = Math.floor(source) * step
    places[2 * index + 1] = Math.round((source - Math.floor(source)) * 256)
  }
}
