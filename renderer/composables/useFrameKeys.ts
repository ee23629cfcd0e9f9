import { useWindowEvent } from './useWindowEvent.ts'
import { useWindow } from '../stores/window.ts'

/** True while keys belong to something that is typed in or to a dialog. */
export function keysTaken(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement
  if (target.matches('input, textarea, select, [contenteditable="true"], [role="slider"]')) return true
  return (
    document.querySelector(
      '[role="dialog"][data-state="open"], [role="menu"][data-state="open"], [role="listbox"][data-state="open"]',
    ) !== null
  )
}

/** Keys that hold in every view. */
export function useFrameKeys(): void {
  const win = useWindow()
  useWindowEvent('keydown', (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      win.dialog = win.dialog === 'palette' ? null : 'palette'
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || keysTaken(event)) return
    if (event.key === '?') win.dialog = 'help'
    else if (event.key === '/') {
      event.preventDefault()
      win.queryWanted++
    }
  })
}
