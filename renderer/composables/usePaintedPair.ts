import { useLibrary } from '../stores/library.ts'

/**
 * Tells the library when the active pair has truly been painted, picture included.
 * `elementOf` gives the element that shows it; `showing` is false while this place is covered by another.
 */
export function usePaintedPair(elementOf: () => HTMLElement | null | undefined, showing: () => boolean) {
  const library = useLibrary()
  let ticket = 0

  async function check(): Promise<void> {
    const pair = library.activePair
    if (!showing() || !pair || library.shown === pair.captionId) return
    const mine = ++ticket
    const element = elementOf()
    if (!element || element.dataset['caption'] !== String(pair.captionId)) return
    const picture = element.querySelector('img')
    if (picture && !picture.complete) return
    if (picture?.naturalWidth) await picture.decode().catch(() => undefined)
    // One frame paints it; the task after that frame says so.
    requestAnimationFrame(() =>
      setTimeout(() => {
        if (mine === ticket && showing() && library.activePair?.captionId === pair.captionId)
          library.shown = pair.captionId
      }),
    )
  }

  return { check: () => void check() }
}
