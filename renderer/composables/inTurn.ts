const waiting: (() => void)[] = []
let asked = false

/** Does one piece of work a frame, in the order asked for, so that many charts never hold one frame up. Returns a way to take it back. */
export function inTurn(work: () => void): () => void {
  waiting.push(work)
  ask()
  return () => {
    const at = waiting.indexOf(work)
    if (at >= 0) waiting.splice(at, 1)
  }
}

function ask(): void {
  if (asked || waiting.length === 0) return
  asked = true
  requestAnimationFrame(() => {
    asked = false
    waiting.shift()?.()
    ask()
  })
}
