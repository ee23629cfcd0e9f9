import { createReadStream } from 'node:fs'
import { asFault, Fault } from '../../contract/index.ts'

export interface Line {
  text: string
  /** From 1. */
  number: number
  /** Byte after the line and its end. */
  end: number
}

const maximumLine = 16 * 1024 * 1024
const lineFeed = 10

/** Lines of a UTF-8 file, streamed from a byte offset; a byte order mark and \r are dropped. Faults: not-found, line-too-long. */
export async function* readLines(
  path: string,
  { offset = 0, line = 0, signal }: { offset?: number; line?: number; signal?: AbortSignal } = {},
): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0)
  let end = offset
  let number = line
  const take = (bytes: Buffer, size: number): Line => {
    end += size
    return { text: decode(bytes, ++number), number, end }
  }
  try {
    for await (const chunk of createReadStream(path, { start: offset, highWaterMark: 1 << 18, signal })) {
      let buffer = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer)
      for (let at = buffer.indexOf(lineFeed); at >= 0; at = buffer.indexOf(lineFeed)) {
        yield take(buffer.subarray(0, at), at + 1)
        buffer = buffer.subarray(at + 1)
      }
      if (buffer.length > maximumLine)
        throw new Fault('line-too-long', `Line ${number + 1} is longer than 16 MB.`, {
          subject: path,
          hint: 'Is this a JSON Lines file, one object a line?',
        })
      rest = buffer
    }
  } catch (error) {
    throw asFault(error, path)
  }
  if (rest.length > 0) yield take(rest, rest.length)
}

function decode(bytes: Buffer, number: number): string {
  const text = bytes.toString('utf8')
  const start = number === 1 && text.startsWith('\ufeff') ? 1 : 0
  return text.slice(start, text.endsWith('\r') ? -1 : undefined)
}
