/** Formats that are decoded. Anything else is refused by its first bytes, whatever its name says. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff'

/** How many bytes of a file `sniffFormat` looks at. */
export const sniffLength = 32

const text = (head: Uint8Array, from: number, to: number): string => String.fromCharCode(...head.subarray(from, to))

/** The format by a file's first bytes; null if it is none of ours. */
export function sniffFormat(head: Uint8Array): PictureFormat | null {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg'
  if (text(head, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (text(head, 0, 4) === 'GIF8') return 'gif'
  if (text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP') return 'webp'
  if (text(head, 4, 8) === 'ftyp' && /avif|avis/.test(text(head, 8, sniffLength))) return 'avif'
  if (['II*\0', 'MM\0*'].includes(text(head, 0, 4))) return 'tiff'
  return null
}

/** Media type of a format. */
export const mediaType = (format: PictureFormat): string => `image/${format}`

/** Whether browsers show the format as it is. */
export const isDisplayable = (format: string | null): boolean =>
  ['jpeg', 'png', 'webp', 'gif', 'avif'].includes(format ?? '')

/** Names that pictures have in a folder; what they really are is up to `sniffFormat`. */
export const looksLikePicture = (name: string): boolean => /\.(jpe?g|jfif|png|webp|gif|avif|tiff?|bmp)$/i.test(name)
