import { grammar } from './grammar.ts'
import { paintBackground } from './background.ts'
import type { Drawing, Scene } from './scene.ts'
import type { Sprite, Sprites } from './sprites.ts'

/** Paints a scene as RGB, `grammar.size` pixels a side. The same scene gives the same bytes. */
export function paintScene(scene: Scene, sprites: Sprites): Uint8Array {
  const side = grammar.size
  const canvas = paintBackground(scene.background, side)
  for (const drawing of scene.drawings) paste(canvas, side, drawing, sprites(drawing.vendor, drawing.noun))
  // A clamped array rounds and clips by itself, and copies many times faster than a callback per value.
  return new Uint8Array(new Uint8ClampedArray(canvas).buffer)
}

/** Scales a sprite by area, which keeps thin lines when it shrinks, and blends it over the canvas. */
function paste(canvas: Float32Array, side: number, drawing: Drawing, sprite: Sprite): void {
  const width = drawing.scale * side
  const columns = spans(drawing.x * side - width / 2, width, side, sprite.side, drawing.mirror)
  const rows = spans(drawing.y * side - width / 2, width, side, sprite.side, false)
  for (const row of rows) {
    for (const column of columns) blend(canvas, 3 * (row.target * side + column.target), sprite, row, column)
  }
}

/** The part of the sprite, along one axis, that one pixel of the canvas covers. */
interface Span {
  target: number
  first: number
  weights: number[]
}

function spans(start: number, width: number, side: number, spriteSide: number, mirror: boolean): Span[] {
  const step = spriteSide / width
  const result: Span[] = []
  for (let target = Math.max(0, Math.floor(start)); target < Math.min(side, start + width); target++) {
    let low = Math.max(0, (target - start) * step)
    let high = Math.min(spriteSide, (target + 1 - start) * step)
    if (mirror) [low, high] = [spriteSide - high, spriteSide - low]
    const first = Math.floor(low)
    const weights: number[] = []
    for (let cell = first; cell < high; cell++) weights.push((Math.min(cell + 1, high) - Math.max(cell, low)) / step)
    result.push({ target, first, weights })
  }
  return result
}

/** Blends the part of the sprite under one pixel over that pixel. Written out per channel: this is the inner loop. */
function blend(canvas: Float32Array, at: number, { side, data }: Sprite, row: Span, column: Span): void {
  let red = 0
  let green = 0
  let blue = 0
  let alpha = 0
  for (let down = 0; down < row.weights.length; down++) {
    let source = 4 * ((row.first + down) * side + column.first)
    for (let across = 0; across < column.weights.length; across++, source += 4) {
      const weight = row.weights[down]! * column.weights[across]!
      red += weight * data[source]!
      green += weight * data[source + 1]!
      blue += weight * data[source + 2]!
      alpha += weight * data[source + 3]!
    }
  }
  const behind = 1 - alpha / 255
  canvas[at] = canvas[at]! * behind + red
  canvas[at + 1] = canvas[at + 1]! * behind + green
  canvas[at + 2] = canvas[at + 2]! * behind + blue
}
