import type { Fault } from '../contract/fault.ts'
import { decodeBatch } from '../image/decode.ts'

export interface DecodedPictures<Item> {
  /** The items whose pictures could be read, and their pixels in that order: uint8 [n, size, size, 3]. */
  items: Item[]
  images: Uint8Array
  faults: { item: Item; fault: Fault }[]
}

/** Decodes the pictures of some items; those that can't be read are set aside with their fault. */
export async function decodePictures<Item extends { path: string }>(
  items: Item[],
  size: number,
): Promise<DecodedPictures<Item>> {
  const results = await decodeBatch(
    items.map(({ path }) => path),
    size,
  )
  const good: { item: Item; pixels: Uint8Array }[] = []
  const faults: DecodedPictures<Item>['faults'] = []
  results.forEach((result, index) => {
    const item = items[index]!
    if (result instanceof Uint8Array) good.push({ item, pixels: result })
    else faults.push({ item, fault: result })
  })
  const bytes = size * size * 3
  const images = new Uint8Array(good.length * bytes)
  good.forEach(({ pixels }, row) => images.set(pixels, row * bytes))
  return { items: good.map(({ item }) => item), images, faults }
}
