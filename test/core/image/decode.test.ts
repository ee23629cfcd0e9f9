import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../../core/contract/index.ts'
import { decodeBatch, decodeRgb } from '../../../core/image/decode.ts'
import { inspectPicture } from '../../../core/image/inspect.ts'
import { picture, scratch } from '../../support/data.ts'

function file(bytes: Uint8Array, name = 'a.jpg'): string {
  const path = join(scratch(), name)
  writeFileSync(path, bytes)
  return path
}

const pixel = (bytes: Uint8Array, size: number, x: number, y: number) => [
  ...bytes.subarray((y * size + x) * 3, (y * size + x) * 3 + 3),
]
const noise = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
  })

describe('decoding for a model', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('gives RGB bytes of a %s', async (format) => {
    const bytes = await decodeRgb(file(await picture({ format, shade: 200, width: 33, height: 21 })), 16)
    expect(bytes).toHaveLength(16 * 16 * 3)
    const [red, green, blue] = pixel(bytes, 16, 8, 8) as [number, number, number]
    expect(Math.abs(red - 200) + Math.abs(green) + Math.abs(blue - 128)).toBeLessThan(16)
  })

  it('squashes to the square instead of cutting', async () => {
    const left = { input: await picture({ format: 'png', width: 10, height: 20, shade: 255 }), left: 0, top: 0 }
    const wide = await sharp({ create: { width: 80, height: 20, channels: 3, background: '#00ff00' } })
      .composite([left])
      .png()
      .toBuffer()
    const bytes = await decodeRgb(file(wide), 8)
    expect(pixel(bytes, 8, 0, 4)[0]).toBeGreaterThan(220)
    expect(pixel(bytes, 8, 6, 4)).toEqual([0, 255, 0])
  })

  it('puts transparency on white, spreads grey to three channels, and reduces 16 bits and CMYK', async () => {
    const clear = await sharp({
      create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer()
    expect(pixel(await decodeRgb(file(clear), 4), 4, 1, 1)).toEqual([255, 255, 255])
    const grey = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#646464' } })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect(pixel(await decodeRgb(file(grey), 4), 4, 1, 1)).toEqual([100, 100, 100])
    const deep = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#c80000' } })
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    expect(pixel(await decodeRgb(file(deep), 4), 4, 1, 1)).toEqual([expect.closeTo(200, -0.5), 0, 0])
    const press = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#ff0000' } })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer()
    const [red, green] = pixel(await decodeRgb(file(press), 4), 4, 1, 1) as [number, number]
    expect(red).toBeGreaterThan(180)
    expect(green).toBeLessThan(90)
  })

  it('turns the picture as the camera says', async () => {
    const top = { input: await picture({ format: 'png', width: 40, height: 10, shade: 255 }), left: 0, top: 0 }
    const upright = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#00ff00' } })
      .composite([top])
      .png()
      .toBuffer()
    const turned = file(await sharp(upright).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer())
    const bytes = await decodeRgb(turned, 8)
    expect(pixel(bytes, 8, 7, 4)[0]).toBeGreaterThan(200)
    expect(pixel(bytes, 8, 0, 4)[1]).toBeGreaterThan(200)
    expect(await inspectPicture(turned, 1000)).toMatchObject({ width: 20, height: 40 })
  })

  it('refuses a picture of more than 150 megapixels, with its size', async () => {
    const create = { width: 16_000, height: 9_500, channels: 3, background: '#ffffff' } as const
    const huge = file(await sharp({ create }).png({ compressionLevel: 1 }).toBuffer())
    await expect(decodeRgb(huge, 8)).rejects.toMatchObject({
      code: 'picture-too-large',
      message: expect.stringContaining('152 megapixels'),
    })
  })

  it('leaves the fault of a bad picture in its place and goes on with the others', async () => {
    const good = file(await picture())
    const results = await decodeBatch([good, '/nowhere.jpg', file(Buffer.from('text')), good], 8, { concurrency: 2 })
    expect(results.map((result) => (result instanceof Fault ? result.code : result.length))).toEqual([
      192,
      'not-found',
      'picture-format',
      192,
    ])
  })
})

describe('inspecting a picture', () => {
  it('finds files that end too early, wherever they were cut', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const whole = await noise(200, 150).toFormat(format, { quality: 90 }).toBuffer()
      for (const share of [0.3, 0.6, 0.9]) {
        const cut = whole.subarray(0, Math.floor(whole.length * share))
        const { fault, thumbnail, hash } = await inspectPicture(file(cut), cut.length)
        expect([format, share, fault?.code]).toEqual([format, share, 'picture-damaged'])
        expect([thumbnail, hash?.length]).toEqual([null, 64])
      }
      expect((await inspectPicture(file(whole), whole.length)).fault).toBeNull()
    }
  })

  it('makes a thumbnail of at most 320 pixels that keeps the shape and does not enlarge', async () => {
    const sizeOf = async (width: number, height: number) => {
      const bytes = await picture({ width, height })
      const { thumbnail } = await inspectPicture(file(bytes), bytes.length)
      const { width: w, height: h, format } = await sharp(thumbnail!).metadata()
      return [w, h, format]
    }
    expect(await sizeOf(1280, 640)).toEqual([320, 160, 'webp'])
    expect(await sizeOf(50, 90)).toEqual([50, 90, 'webp'])
  })

  it('refuses what pretends to be a picture', async () => {
    const codes = async (bytes: string | Buffer) =>
      (await inspectPicture(file(Buffer.from(bytes)), bytes.length)).fault?.code
    expect(await codes('<svg xmlns="http://www.w3.org/2000/svg"/>')).toBe('picture-format')
    expect(await codes('%PDF-1.7')).toBe('picture-format')
    expect(await codes('')).toBe('picture-damaged')
    expect(await codes(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('nonsense'.repeat(9))]))).toBe(
      'picture-damaged',
    )
    expect((await inspectPicture('/nowhere.jpg', 5)).fault?.code).toBe('not-found')
  })
})
