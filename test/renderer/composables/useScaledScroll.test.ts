import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { useScaledScroll } from '../../../renderer/composables/useScaledScroll.ts'

const rowHeight = 188

/** A scroller in a made-up element that clamps its offset as a browser does; the viewport is 600 px high. */
function scroller(count: number, columns = 7) {
  let scroll!: ReturnType<typeof useScaledScroll>
  const size = ref(count)
  mount(
    defineComponent({
      setup() {
        scroll = useScaledScroll({ count: size, columns: ref(columns), rowHeight: ref(rowHeight) })
        return () => h('div', { ref: scroll.element })
      },
    }),
  )
  const element = scroll.element.value!
  let top = 0
  Object.defineProperty(element, 'scrollTop', {
    get: () => top,
    set: (value: number) => {
      top = Math.max(0, Math.min(scroll.height.value - 600, value))
    },
  })
  const moveTo = (value: number) => {
    element.scrollTop = value
    element.dispatchEvent(new Event('scroll'))
  }
  return { scroll, element, moveTo }
}

describe('scaled scrolling', () => {
  it('shows the first rows at first, with some to spare', () => {
    const { scroll } = scroller(10_000_000)
    expect(scroll.range.value).toEqual({ from: 0, to: 7 * 6 })
  })

  it('keeps the element below what browsers can show', () => {
    expect(scroller(10_000_000).scroll.height.value).toBe(8_000_000)
    expect(scroller(100).scroll.height.value).toBe(15 * rowHeight)
  })

  it('reaches exactly the last of ten million, by position and by the thumb', () => {
    const { scroll, moveTo } = scroller(10_000_000)
    scroll.toIndex(9_999_999)
    expect(scroll.range.value.to).toBe(10_000_000)
    scroll.toIndex(0)
    moveTo(8_000_000)
    expect(scroll.range.value.to).toBe(10_000_000)
  })

  it('moves one to one for small steps anywhere in the list', () => {
    const { scroll, element, moveTo } = scroller(10_000_000)
    scroll.toIndex(5_000_000, 'start')
    const before = scroll.top.value
    moveTo(element.scrollTop) // the browser's echo of our own write moves nothing
    expect(scroll.top.value).toBe(before)
    for (let step = 0; step < 10; step++) moveTo(element.scrollTop + rowHeight)
    expect(scroll.top.value - before).toBe(10 * rowHeight)
  })

  it('follows a dragged thumb in proportion', () => {
    const { scroll, moveTo } = scroller(10_000_000)
    moveTo(4_000_000)
    expect(scroll.range.value.from / 10_000_000).toBeCloseTo(0.5, 2)
  })

  it('leaves the place alone when the wanted row is in view already', () => {
    const { scroll } = scroller(10_000)
    scroll.toIndex(5000, 'start')
    const before = scroll.top.value
    scroll.toIndex(5003)
    expect(scroll.top.value).toBe(before)
    scroll.toIndex(4990)
    expect(scroll.top.value).toBe(Math.floor(4990 / 7) * rowHeight)
  })

  it('never paints further from the layer than 64 rows', () => {
    const { scroll } = scroller(10_000_000)
    for (const index of [0, 1234, 777_777, 9_999_999]) {
      scroll.toIndex(index, 'center')
      expect(Math.abs(scroll.shift.value)).toBeLessThan(70 * rowHeight)
    }
  })
})
