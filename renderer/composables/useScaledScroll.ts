import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'

/** Browsers cap an element's height (16.7 M px at twice the density); this stays well below. */
const longestScrollPx = 8_000_000
const settleMs = 120
const rowsPerBase = 64

export interface ScaledScrollOptions {
  count: Ref<number>
  columns: Ref<number>
  rowHeight: Ref<number>
  overscan?: number
}

/**
 * Scrolls through any number of rows: small moves are one to one, large ones proportional.
 * Rows are painted in a sticky layer as large as the viewport, so no coordinate exceeds it,
 * and moving the native thumb afterwards (anchoring) moves nothing on screen.
 */
export function useScaledScroll({ count, columns, rowHeight, overscan = 2 }: ScaledScrollOptions) {
  const element = shallowRef<HTMLElement | null>(null)
  const viewHeight = ref(600)
  const viewWidth = ref(800)
  /** Virtual offset in px; exact up to 2^53. */
  const top = ref(0)

  const rows = computed(() => Math.ceil(count.value / columns.value))
  const fullHeight = computed(() => rows.value * rowHeight.value)
  const height = computed(() => Math.min(fullHeight.value, longestScrollPx))
  const scaled = computed(() => fullHeight.value > longestScrollPx)

  const furthest = () => Math.max(0, fullHeight.value - viewHeight.value)
  const furthestNative = () => Math.max(0, height.value - viewHeight.value)
  const clamp = (offset: number) => Math.max(0, Math.min(furthest(), offset))
  // Subtle: unless exactly at an end, the thumb stays this far from both, so that the wheel always has pixels to consume.
  const guard = () => Math.min(4 * viewHeight.value, furthestNative() / 4)

  function toNative(offset: number): number {
    if (offset <= 0) return 0
    if (offset >= furthest() - 0.5) return furthestNative()
    return guard() + (offset / furthest()) * (furthestNative() - 2 * guard())
  }
  const toVirtual = (native: number) => clamp(((native - guard()) / (furthestNative() - 2 * guard())) * furthest())

  let last = 0
  let own = -1
  let idle = 0
  let thumbHeld = false

  function writeNative(offset: number): void {
    if (!element.value) return
    element.value.scrollTop = offset
    last = element.value.scrollTop
    own = last
  }

  function anchor(): void {
    if (scaled.value) writeNative(Math.round(toNative(top.value)))
  }

  function onScroll(): void {
    const native = element.value?.scrollTop ?? 0
    const ours = Math.abs(native - own) < 1
    own = -1
    if (!ours) {
      const moved = native - last
      if (!scaled.value) top.value = native
      else top.value = Math.abs(moved) <= viewHeight.value * 2 ? clamp(top.value + moved) : toVirtual(native)
    }
    last = native
    if (ours || !scaled.value) return
    clearTimeout(idle)
    const starving = (native <= 1 && top.value > 0) || (native >= furthestNative() - 1 && top.value < furthest() - 0.5)
    if (thumbHeld) return
    if (starving) anchor()
    else idle = window.setTimeout(() => thumbHeld || anchor(), settleMs)
  }

  function scrollTo(offset: number): void {
    top.value = clamp(offset)
    if (scaled.value) anchor()
    else writeNative(top.value)
  }

  function toIndex(index: number, align: 'auto' | 'start' | 'center' = 'auto'): void {
    const y = Math.floor(index / columns.value) * rowHeight.value
    if (align === 'start') return scrollTo(y)
    if (align === 'center') return scrollTo(y - (viewHeight.value - rowHeight.value) / 2)
    if (y < top.value) scrollTo(y)
    else if (y + rowHeight.value > top.value + viewHeight.value) scrollTo(y + rowHeight.value - viewHeight.value)
  }

  const firstRow = computed(() => Math.max(0, Math.floor(top.value / rowHeight.value) - overscan))
  const endRow = computed(() =>
    Math.min(rows.value, Math.ceil((top.value + viewHeight.value) / rowHeight.value) + overscan),
  )
  /** Cells keep their y relative to this row for 64 rows, so that a scroll writes one style. */
  const base = computed(() => Math.floor(firstRow.value / rowsPerBase) * rowsPerBase)
  const shift = computed(() => base.value * rowHeight.value - top.value)
  const range = computed(() => ({
    from: firstRow.value * columns.value,
    to: Math.min(count.value, endRow.value * columns.value),
  }))

  function measure(): void {
    viewHeight.value = element.value?.clientHeight || viewHeight.value
    viewWidth.value = element.value?.clientWidth || viewWidth.value
  }
  const onPointerDown = (event: PointerEvent) => {
    thumbHeld = event.target === element.value && event.offsetX >= (element.value?.clientWidth ?? Infinity)
  }
  const onPointerUp = () => {
    if (thumbHeld) anchor()
    thumbHeld = false
  }
  let observer: ResizeObserver | undefined
  onMounted(() => {
    measure()
    observer = new ResizeObserver(measure)
    observer.observe(element.value!)
    element.value!.addEventListener('scroll', onScroll, { passive: true })
    element.value!.addEventListener('pointerdown', onPointerDown)
    window.addEventListener('pointerup', onPointerUp)
  })
  onBeforeUnmount(() => {
    observer?.disconnect()
    clearTimeout(idle)
    window.removeEventListener('pointerup', onPointerUp)
  })
  // The first row in view stays there when columns or heights change.
  watch([columns, rowHeight], ([, tall], [oldColumns, oldTall]) => {
    const first = Math.floor(top.value / oldTall) * oldColumns
    requestAnimationFrame(() => scrollTo(Math.floor(first / columns.value) * tall))
  })
  watch(count, () => requestAnimationFrame(() => scrollTo(top.value)))

  return { element, viewHeight, viewWidth, top, rows, height, scaled, range, base, shift, toIndex, scrollTo }
}
