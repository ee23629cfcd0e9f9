import type { Pattern } from './grammar.ts'
import type { Background } from './scene.ts'

/** Strength of a pattern, from -1 to 1, at pixel (x, y) of a square; the style picks its direction or period. */
type Shade = (x: number, y: number, side: number, style: number) => number

const shades: Record<Pattern, { styles: number; shade: Shade }> = {
  plain: { styles: 1, shade: () => 0 },
  gradient: { styles: 4, shade: (x, y, side, style) => (2 * along(x, y, side, style)) / side - 1 },
  stripes: { styles: 4, shade: (x, y, side, style) => (along(x, y, side, style) % 16 < 8 ? 1 : 0) },
  dots: { styles: 2, shade: (x, y, _side, style) => dot(x, y, style === 0 ? 12 : 16) },
}

/** Distance along one of four directions: down, right, and the two diagonals. */
function along(x: number, y: number, side: number, style: number): number {
  if (style === 0) return y
  if (style === 1) return x
  return style === 2 ? (x + y) / 2 : (x - y + side) / 2
}

function dot(x: number, y: number, period: number): number {
  const distance = Math.hypot((x % period) - period / 2, (y % period) - period / 2)
  return Math.min(1, Math.max(0, period / 4 + 0.5 - distance))
}

const planes = new Map<string, Float32Array>()

/** The strength at each pixel, worked out once per pattern and style. */
function plane(pattern: Pattern, side: number, variant: number): Float32Array {
  const { styles, shade } = shades[pattern]
  const style = Math.floor(variant * styles)
  const key = `${pattern} ${style} ${side}`
  const known = planes.get(key)
  if (known) return known
  const made = new Float32Array(side * side)
  for (let pixel = 0; pixel < made.length; pixel++)
    made[pixel] = shade(pixel % side, Math.floor(pixel / side), side, style)
  planes.set(key, made)
  return made
}

const STRENGTH = 14

/** Fills a square of RGB values; dark colours get lighter patterns, bright ones darker. */
export function paintBackground({ rgb, pattern, variant }: Background, side: number): Float32Array {
  const canvas = new Float32Array(side * side * 3)
  const strength = Math.max(...rgb) > 200 ? -STRENGTH : STRENGTH
  const [red, green, blue] = rgb
  const shading = plane(pattern, side, variant)
  for (let pixel = 0, at = 0; pixel < shading.length; pixel++) {
    const shade = strength * shading[pixel]!
    canvas[at++] = red + shade
    canvas[at++] = green + shade
    canvas[at++] = blue + shade
  }
  return canvas
}
