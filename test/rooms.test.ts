import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkFile, findRoomFaults } from '../scripts/checks/rooms.mjs'
import { findForbiddenStrings, findIn } from '../scripts/checks/strings.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('rooms', () => {
  it('has only imports in allowed directions', () => {
    expect(findRoomFaults(root)).toEqual([])
  })

  it.each([
    ['core/store/open.ts', "import { serve } from '../server/index.ts'", /comes before/],
    ['core/score/x.ts', "export * from '../curate/y.ts'", /comes before/],
    ['core/jobs/x.ts', "const s = await import('sharp')", /only core\/image/],
    ['core/tensor/backend/x.ts', "import koffi from 'koffi'", /only core\/tensor\/ffi/],
    ['core/curate/x.ts', "import Database from 'better-sqlite3'", /only core\/store/],
    ['core/server/x.ts', "import { app } from 'electron'", /neither Vue nor Electron/],
    ['core/server/x.ts', "import x from '../../renderer/x.ts'", /outside itself/],
    ['core/curate/x.ts', "const rows = db.all('SELECT id FROM sample WHERE id = ?')", /holds SQL/],
    ['core/contract/x.ts', "import { readFile } from 'node:fs'", /only the schema library/],
    [
      'renderer/views/X.vue',
      '<script setup lang="ts">import { x } from \'../../core/store/x.ts\'</script>',
      /only core\/contract/,
    ],
    ['renderer/client/x.ts', "import { join } from 'node:path'", /run in a browser/],
    ['electron/x.ts', "import { x } from '../renderer/x.ts'", /only core\/contract/],
  ])('refuses %s with %s', (file, text, fault) => {
    expect(checkFile(file, text)).toEqual([expect.stringMatching(fault)])
  })

  it.each([
    ['core/server/x.ts', "import type { Job } from '../contract/job.ts'"],
    ['core/cli.ts', "import { serve } from './server/index.ts'"],
    ['core/store/x.ts', "import Database from 'better-sqlite3'; db.all('SELECT id FROM sample WHERE 1')"],
    ['renderer/stores/x.ts', "import { job } from '../../core/contract/index.ts'"],
    ['core/curate/x.ts', "throw new Fault('x', 'Select a picture from the grid.')"],
  ])('lets %s pass with %s', (file, text) => {
    expect(checkFile(file, text)).toEqual([])
  })
})

describe('tracked files', () => {
  it('name no machine and no registry', () => {
    expect(findForbiddenStrings(root)).toEqual([])
  })

  it('are found out when they do', () => {
    expect(findIn('a.md', `see /ro${'ot/'}x`)).toHaveLength(1)
    expect(findIn('a.md', 'see the root folder')).toEqual([])
  })
})
