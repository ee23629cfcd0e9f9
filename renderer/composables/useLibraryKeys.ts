import { useWindowEvent } from './useWindowEvent.ts'
import { keysTaken } from './useFrameKeys.ts'
import { useCuration } from '../stores/curation.ts'
import { useLibrary } from '../stores/library.ts'
import { useWindow } from '../stores/window.ts'
import type { Caption, Decision } from '../../core/contract/index.ts'

export interface LibraryKeysOptions {
  columns: () => number
  perPage: () => number
  /** Positions that are on screen, for telling whether a bulk action reaches beyond them. */
  onScreen: () => { from: number; to: number }
  /** Captions of the active picture, or an empty list until they are there. */
  captions: () => Caption[]
}

const decisions: Record<string, Decision> = { a: 'accepted', x: 'rejected', u: 'undecided' }

/** Single-key triage, the same in grid and single view. */
export function useLibraryKeys({ columns, perPage, onScreen, captions }: LibraryKeysOptions) {
  const library = useLibrary()
  const curation = useCuration()
  const win = useWindow()

  function decide(decision: Decision): void {
    const onlyActive = library.selected === 0 || (library.selected === 1 && library.isSelected(library.active))
    if (onlyActive) {
      curation.decideActive(decision)
      return
    }
    const screen = onScreen()
    const beyond = library.selection.some(([from, to]) => from < screen.from || to > screen.to)
    if (beyond) win.bulk = decision
    else void curation.decideSelection(decision)
  }

  function steps(key: string): number | null {
    const acrossRow = library.single ? 1 : columns()
    const moves: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: acrossRow,
      ArrowUp: -acrossRow,
      l: 1,
      h: -1,
      j: acrossRow,
      k: -acrossRow,
      PageDown: library.single ? 10 : perPage(),
      PageUp: library.single ? -10 : -perPage(),
      Home: -library.count,
      End: library.count,
    }
    return moves[key] ?? null
  }

  function move(by: number, event: KeyboardEvent): void {
    const to = Math.max(0, Math.min(library.count - 1, library.active + by))
    // A held key waits for the data instead of running ahead of it.
    if (event.repeat && !library.view?.source.get(to)) return void library.view?.source.load(to)
    library.goTo(to, { extend: event.shiftKey })
  }

  function choose(caption: Caption | undefined): void {
    if (caption && library.activePair && library.shown === library.activePair.captionId)
      void curation.choose(caption.id)
  }

  function press(event: KeyboardEvent): boolean {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const by = steps(key)
    if (by !== null) move(by, event)
    else if (key in decisions) decide(decisions[key]!)
    else if (event.repeat) return true
    else if (key === 'z') void curation.step(event.shiftKey ? 'redo' : 'undo')
    else if (key === 'e') edit()
    else if (key === 's') choose(captions().find((caption) => caption.source === 'synthetic'))
    else if (/^[1-9]$/.test(key)) choose(captions()[Number(key) - 1])
    else if (key === 'g') win.dialog = 'goto'
    else if (key === ' ') library.single = !library.single
    else if (key === 'Escape') escape()
    else return false
    return true
  }

  function edit(): void {
    const pair = library.activePair
    if (pair && library.shown === pair.captionId) win.editing = pair.captionId
  }

  function escape(): void {
    if (library.single) library.single = false
    else library.clearSelection()
  }

  // A button that was clicked keeps the focus but not the keys; one that was reached by Tab keeps both.
  let tabbed = false
  useWindowEvent('pointerdown', () => (tabbed = false))

  useWindowEvent('keydown', (event: KeyboardEvent) => {
    if (event.key === 'Tab') tabbed = true
    if (event.defaultPrevented || event.altKey || keysTaken(event)) return
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== 'a') return
      event.preventDefault()
      library.selectAll()
      return
    }
    const target = event.target as HTMLElement
    if (
      (event.key === ' ' || event.key === 'Enter') &&
      tabbed &&
      target.matches('button, a, [role="tab"], [role="separator"]')
    )
      return
    if (library.view && library.count > 0 && press(event)) event.preventDefault()
  })

  return { decide }
}
