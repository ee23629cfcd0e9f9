export interface HistogramPaint {
  width: number
  height: number
  bars: { bins: number[]; threshold: number; color: string }[]
  grid: string
}

/** Bars are at least this wide, and fewer when there is little to count, so that they read as a shape and not as noise. */
const barPx = 4
const fewestBars = 25

/** Joins bins so that each bar is some pixels wide. */
export function joinBins(bins: number[], width: number): number[] {
  const total = bins.reduce((a, b) => a + b, 0)
  const wanted = Math.max(fewestBars, Math.round(2 * Math.sqrt(total)))
  const bars = Math.max(1, Math.min(bins.length, wanted, Math.floor(width / barPx)))
  const joined = new Array<number>(bars).fill(0)
  for (let bin = 0; bin < bins.length; bin++) joined[Math.floor((bin * bars) / bins.length)]! += bins[bin]!
  return joined
}

/** Paints one row of bars for each source; what is below its threshold is pale. Heights are square roots, so that small bars stay visible. */
export function paintHistogram(context: CanvasRenderingContext2D, { width, height, bars, grid }: HistogramPaint): void {
  context.clearRect(0, 0, width, height)
  const rowHeight = height / bars.length
  bars.forEach(({ bins, threshold, color }, row) => {
    const joined = joinBins(bins, width)
    const most = joined.reduce((a, b) => Math.max(a, b), 1)
    const bottom = Math.round((row + 1) * rowHeight)
    const step = width / joined.length
    context.fillStyle = grid
    context.fillRect(0, bottom - 1, width, 1)
    context.fillStyle = color
    joined.forEach((value, at) => {
      if (value === 0) return
      const tall = Math.max(1, Math.sqrt(value / most) * (rowHeight - 14))
      context.globalAlpha = (at + 0.5) / joined.length >= threshold ? 1 : 0.28
      context.fillRect(at * step, bottom - 1 - tall, Math.max(1, step - 1), tall)
    })
    context.globalAlpha = 1
  })
}
