import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { runtimeComplete } from '../../scripts/setup/runtime.mjs'
import { temporaryFolder } from '../support/temporary.ts'

describe('runtimeComplete', () => {
  let folder: string

  beforeEach(() => {
    folder = temporaryFolder()
    writeFileSync(join(folder, 'lib.so.2'), 'abc')
    writeFileSync(join(folder, 'installed.json'), JSON.stringify({ wheel: 'hash', files: { 'lib.so.2': 3 } }))
  })

  it('accepts a folder that holds what its record says', () => {
    expect(runtimeComplete(folder, 'hash')).toBe(true)
  })

  it('refuses a library that was cut off', () => {
    writeFileSync(join(folder, 'lib.so.2'), 'ab')
    expect(runtimeComplete(folder, 'hash')).toBe(false)
  })

  it('refuses another wheel’s libraries', () => {
    expect(runtimeComplete(folder, 'other')).toBe(false)
  })

  it('refuses a folder without a record', () => {
    expect(runtimeComplete(temporaryFolder(), 'hash')).toBe(false)
  })
})
