import sharp, { type Sharp } from 'sharp'
import { Fault } from '../contract/index.ts'
import { sniffFormat, sniffLength, type PictureFormat } from './formats.ts'

/** Largest picture that is decoded, in pixels. */
export const maximumPixels = 150_000_000
/** Longest time one picture may take. */
const maximumSeconds = 30

// One thread a picture: work is spread over pictures instead. The cache would only hold files we never read twice.
sharp.concurrency(1)
sharp.cache(false)

export interface Header {
  format: PictureFormat
  /** Size as shown, after the camera's rotation. */
  width: number
  height: number
}

const options = { failOn: 'truncated', autoOrient: true } as const

/**
 * A pipeline over the bytes of a picture, upright. Reads the header only.
 * Faults: picture-format (not an allowed format), picture-damaged, picture-too-large.
 */
export async function openPicture(bytes: Buffer, subject: string): Promise<{ header: Header; picture: Sharp }> {
  const format = formatOf(bytes, subject)
  try {
    const picture = sharp(bytes, { ...options, limitInputPixels: false }).timeout({ seconds: maximumSeconds })
    const { autoOrient } = await picture.metadata()
    const header = { format, width: autoOrient.width, height: autoOrient.height }
    if (header.width * header.height > maximumPixels) throw tooLarge(header, subject)
    return { header, picture }
  } catch (error) {
    throw pictureFault(error, subject)
  }
}

/**
 * As `openPicture` for one who wants pixels only: spares the visit to the header, so that what is wrong with the
 * picture (too large, too) is found when it is decoded; `decodingFault` then says what it was.
 * @throws Fault `picture-format`, `picture-damaged` if it is empty
 */
export function picturePipeline(bytes: Buffer, subject: string): Sharp {
  formatOf(bytes, subject)
  return sharp(bytes, { ...options, limitInputPixels: maximumPixels }).timeout({ seconds: maximumSeconds })
}

/** Says why a `picturePipeline` failed. */
export async function decodingFault(error: unknown, bytes: Buffer, subject: string): Promise<Fault> {
  if (!/pixel limit/i.test(String(error))) return pictureFault(error, subject)
  return openPicture(bytes, subject).then(
    () => pictureFault(error, subject),
    (fault: Fault) => fault,
  )
}

function formatOf(bytes: Buffer, subject: string): PictureFormat {
  const format = sniffFormat(bytes.subarray(0, sniffLength))
  if (!format) throw refusal(bytes, subject)
  return format
}

/** Says why a picture could not be decoded. */
export function pictureFault(error: unknown, subject: string): Fault {
  if (error instanceof Fault) return error
  if (/timeout/i.test(String(error))) {
    return new Fault('picture-too-slow', `The picture took longer than ${maximumSeconds} seconds to decode.`, {
      subject,
      hint: 'Save it again in a simpler form.',
      cause: error,
    })
  }
  return new Fault('picture-damaged', 'The picture is damaged or cut short.', {
    subject,
    hint: 'Replace the file, then import again.',
    cause: error,
  })
}

function refusal(bytes: Buffer, subject: string): Fault {
  if (bytes.length === 0)
    return new Fault('picture-damaged', 'The file is empty.', { subject, hint: 'Replace the file, then import again.' })
  return new Fault('picture-format', 'This is not a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.', {
    subject,
    hint: 'Convert it to one of these.',
  })
}

function tooLarge({ width, height }: Header, subject: string): Fault {
  const megapixels = Math.round((width * height) / 1e6)
  return new Fault(
    'picture-too-large',
    `The picture has ${megapixels} megapixels; the limit is ${maximumPixels / 1e6}.`,
    { subject, hint: 'Make it smaller, then import again.' },
  )
}
