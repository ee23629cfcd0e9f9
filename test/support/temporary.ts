import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A fresh folder that is removed when the tests of the importing file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-test-'))
  folders.push(folder)
  return folder
}
