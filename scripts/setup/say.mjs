/** What set-up tells the person who waits for it. */
const colours = process.stdout.isTTY && !process.env.NO_COLOR

export function step(text) {
  console.log(`${paint(36, '▸')} ${text}`)
}

export function done(text) {
  console.log(`${paint(32, '✓')} ${text}`)
}

export function warn(text) {
  console.log(`${paint(33, '!')} ${text}`)
}

export function fail(text) {
  console.log(`${paint(31, '✗')} ${text}`)
}

function paint(code, text) {
  return colours ? `\x1b[${code}m${text}\x1b[0m` : text
}
