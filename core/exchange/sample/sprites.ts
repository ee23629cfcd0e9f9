import { Fault } from '../../contract/fault.ts'
import { decodePixels } from '../../image/compose.ts'
import type { Pixels } from '../../image/compose.ts'
import { grammar, spriteFile } from './grammar.ts'

/** One drawing: `side` x `side` RGBA, alpha premultiplied, values from 0 to 255. */
export interface Sprite {
  side: number
  data: Float32Array
}

export type Sprites = (vendor: string, noun: string) => Sprite

/** Decodes the sheets of all vendors once. Fault `sample-incomplete` where a sheet is missing or too small. */
export async function loadSprites(): Promise<Sprites> {
  const vendors = [...grammar.vendors.training, grammar.vendors.heldOut]
  const sheets = await Promise.all(
    vendors.map(async (vendor) => [vendor, cut(vendor, await decodeSheet(vendor))] as const),
  )
  const byVendor = new Map(sheets)
  return (vendor, noun) => byVendor.get(vendor)!.get(noun)!
}

async function decodeSheet(vendor: string): Promise<Pixels> {
  const file = spriteFile(vendor)
  try {
    return await decodePixels(file)
  } catch (cause) {
    const message = `The drawings "${vendor}" of the sample project can't be read.`
    throw new Fault('sample-incomplete', message, { subject: file, hint: 'Install Winnow again.', cause })
  }
}

function cut(vendor: string, sheet: Pixels): Map<string, Sprite> {
  const { cell, columns } = grammar.sheet
  if (sheet.width < columns * cell || sheet.height < Math.ceil(grammar.nouns.length / columns) * cell) {
    throw new Fault('sample-incomplete', `The sheet of drawings "${vendor}" is smaller than expected.`, {
      subject: vendor,
    })
  }
  const sprite = (index: number) => ({
    side: cell,
    data: premultiplied(sheet, (index % columns) * cell, Math.floor(index / columns) * cell, cell),
  })
  return new Map(grammar.nouns.map(({ one }, index) => [one, sprite(index)]))
}

function premultiplied({ data, width }: Pixels, left: number, top: number, side: number): Float32Array {
  const result = new Float32Array(side * side * 4)
  for (let target = 0; target < side * side; target++) {
    const source = 4 * ((top + Math.floor(target / side)) * width + left + (target % side))
    const alpha = data[source + 3]! / 255
    for (let channel = 0; channel < 3; channel++) result[4 * target + channel] = data[source + channel]! * alpha
    result[4 * target + 3] = data[source + 3]!
  }
  return result
}
