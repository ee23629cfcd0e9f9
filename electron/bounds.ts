import { readFileSync, renameSync, writeFileSync } from 'node:fs'

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}
export interface Bounds extends Partial<Rectangle> {
  width: number
  height: number
  maximized?: boolean
}

const usual: Bounds = { width: 1440, height: 900 }

/** The bounds of last time, if they still lie on a screen; else the usual size, placed by the system. */
export function readBounds(file: string, screens: Rectangle[]): Bounds {
  const saved = parse(file)
  if (!saved) return usual
  const visible = screens.some((screen) => overlap(saved, screen))
  return visible ? saved : { ...usual, maximized: saved.maximized }
}

export function writeBounds(file: string, bounds: Bounds): void {
  writeFileSync(`${file}.part`, JSON.stringify(bounds))
  renameSync(`${file}.part`, file)
}

function parse(file: string): (Rectangle & { maximized: boolean }) | null {
  try {
    const { x, y, width, height, maximized } = JSON.parse(readFileSync(file, 'utf8'))
    if (![x, y, width, height].every(Number.isInteger) || width < 400 || height < 300) return null
    return { x, y, width, height, maximized: maximized === true }
  } catch {
    return null // First start, or a file that was cut off: the usual size will do.
  }
}

/** Whether enough of the window's top left lies on the screen to grab it. */
function overlap(window: Rectangle, screen: Rectangle): boolean {
  const left = Math.max(window.x, screen.x)
  const right = Math.min(window.x + window.width, screen.x + screen.width)
  return right - left >= 100 && window.y >= screen.y && window.y + 50 <= screen.y + screen.height
}
