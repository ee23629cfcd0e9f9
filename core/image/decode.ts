import { readFile } from 'node:fs/promises'
import { asFault, type Fault } from '../contract/index.ts'
import { decodingFault, picturePipeline } from './decoder.ts'
import { inParallel } from './parallel.ts'

/**
 * A picture file as RGB bytes for a model: size*size*3, rows from the top, 8 bits, sRGB; squashed
 * to the square (bicubic), transparency on white, rotated as the camera says.
 * Faults: not-found, not-permitted, picture-format, picture-damaged, picture-too-large, picture-too-slow.
 */
export async function decodeRgb(path: string, size: number): Promise<Uint8Array> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw asFault(error, path)
  }
  return decodeRgbBytes(bytes, size, path)
}

/** As `decodeRgb`, of the bytes of a file that was read already. */
export async function decodeRgbBytes(bytes: Buffer, size: number, subject: string): Promise<Uint8Array> {
  const picture = picturePipeline(bytes, subject)
  try {
    const { data, info } = await picture
      .resize(size, size, { fit: 'fill', kernel: 'cubic' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 3) throw new Error(`${info.channels} channels after conversion`)
    return data
  } catch (error) {
    throw await decodingFault(error, bytes, subject)
  }
}

/** `decodeRgb` of many, several at a time; a picture that fails leaves its Fault in its place. */
export async function decodeBatch(
  paths: string[],
  size: number,
  { concurrency }: { concurrency?: number } = {},
): Promise<(Uint8Array | Fault)[]> {
  const results = new Array<Uint8Array | Fault>(paths.length)
  const decode = async (path: string, index: number) => {
    results[index] = await decodeRgb(path, size).catch((error: unknown) => asFault(error, path))
  }
  await inParallel(paths, decode, concurrency)
  return results
}
