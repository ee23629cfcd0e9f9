import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { inParallel } from '../../core/image/parallel.ts'

export interface MadeUp {
  count: number
  width: number
  height: number
}

/** Pictures that differ in content; the others are these by other names. */
const distinct = 48

/**
 * Writes JPEG files like photographs: smooth shades, an edge, and noise of two grains, so much of it that a file takes about
 * half a byte a pixel, as photographs on the web do (COCO: 118,287 of them in 18 GB).
 */
export async function makePhotographs(folder: string, { count, width, height }: MadeUp): Promise<string[]> {
  mkdirSync(folder, { recursive: true })
  const originals: Buffer[] = new Array(Math.min(count, distinct))
  await inParallel(originals.keys(), async (index) => {
    originals[index] = await makePicture(index, width, height)
  })
  const pathOf = (index: number) => join(folder, `${String(index).padStart(5, '0')}.jpg`)
  for (let index = 0; index < count; index++) {
    if (index < distinct) writeFileSync(pathOf(index), originals[index]!)
    else linkSync(pathOf(index % distinct), pathOf(index))
  }
  return Array.from({ length: count }, (_, index) => pathOf(index))
}

async function makePicture(index: number, width: number, height: number): Promise<Buffer> {
  const coarse = await noise(Math.ceil(width / 6), Math.ceil(height / 6), 34)
  const fine = await noise(width, height, 14)
  const shades = Buffer.from(`<svg width="${width}" height="${height}">
    <defs><linearGradient id="g" x2="1" y2="1">
      <stop offset="0" stop-color="hsl(${(index * 37) % 360},70%,50%)"/>
      <stop offset="1" stop-color="hsl(${(index * 91) % 360},60%,30%)"/>
    </linearGradient></defs>
    <rect width="${width}" height="${height}" fill="url(#g)" opacity="0.6"/>
    <circle cx="${(index * 53) % width}" cy="${(index * 29) % height}" r="${height / 4}"
      fill="hsl(${(index * 17) % 360},80%,60%)" opacity="0.7"/>
  </svg>`)
  const base = await sharp(coarse).resize(width, height, { kernel: 'cubic' }).png({ compressionLevel: 0 }).toBuffer()
  return sharp(base)
    .composite([{ input: shades }, { input: fine, blend: 'hard-light' }])
    .jpeg({ quality: 90 })
    .toBuffer()
}

function noise(width: number, height: number, sigma: number): Promise<Buffer> {
  const create = { width, height, channels: 3, background: '#808080' } as const
  return sharp({ create: { ...create, noise: { type: 'gaussian', mean: 128, sigma } } })
    .png({ compressionLevel: 0 })
    .toBuffer()
}
