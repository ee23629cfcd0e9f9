import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBounds, writeBounds } from '../../electron/bounds.ts'
import { temporaryFolder } from '../support/temporary.ts'

const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
const file = () => join(temporaryFolder(), 'window.json')

describe('readBounds', () => {
  it('gives back what was written', () => {
    const path = file()
    const bounds = { x: 10, y: 20, width: 1000, height: 700, maximized: true }
    writeBounds(path, bounds)
    expect(readBounds(path, screens)).toEqual(bounds)
  })

  it('forgets the place on a screen that is gone', () => {
    const path = file()
    writeBounds(path, { x: 3000, y: 20, width: 1000, height: 700, maximized: false })
    expect(readBounds(path, screens)).toEqual({ width: 1440, height: 900, maximized: false })
  })

  it.each(['', '{"x":1', '{"x":0,"y":0,"width":10,"height":10}', 'null'])('takes the usual size for %j', (text) => {
    const path = file()
    writeFileSync(path, text)
    expect(readBounds(path, screens)).toEqual({ width: 1440, height: 900 })
  })
})
