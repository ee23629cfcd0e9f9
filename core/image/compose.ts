import sharp from 'sharp'

/** Pixels in rows from the top, 8 bits per channel, without padding. */
export interface Pixels {
  data: Uint8Array
  width: number
  height: number
}

/** Decodes a picture to RGBA (4 bytes per pixel, alpha not premultiplied). */
export async function decodePixels(file: string | Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** Writes RGB (3 bytes per pixel) as a WebP file; quality from 1 to 100. Same pixels, same bytes on one machine. */
export async function writeWebp(file: string, { data, width, height }: Pixels, quality: number): Promise<void> {
  await sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ quality, effort: 2 })
    .toFile(file)
}
