import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { asFault, Fault } from '../../contract/fault.ts'
import type { SnapshotPair } from '../protocol.ts'

/** Reads a snapshot file. Captions without text are left out: there is nothing to learn or rank. */
export async function readPairs(path: string): Promise<SnapshotPair[]> {
  const pairs: SnapshotPair[] = []
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })
  try {
    for await (const line of lines) {
      if (!line) continue
      const pair = JSON.parse(line) as SnapshotPair
      if (pair.text.trim()) pairs.push(pair)
    }
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Fault('snapshot-damaged', 'The frozen selection can not be read.', { subject: path, cause: error })
    throw asFault(error, path)
  }
  return pairs
}
