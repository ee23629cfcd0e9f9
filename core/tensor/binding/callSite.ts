/** The innermost caller outside of this room and of the packages: "describe (core/model/text.ts:41:9)". */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const stack = new Error().stack ?? ''
  Error.stackTraceLimit = limit
  const frame = stack.split('\n').slice(1).find((line) => !/node_modules|\/core\/tensor\/|node:|<anonymous>\)?$/.test(line))
  if (!frame) return undefined
  const place = frame.trim().replace(/^at /, '').replace('file://', '')
  return place.replace(/\(?\S*\/((?:core|test|bench|scripts)\/)/, (match, room: string) => (match.startsWith('(') ? '(' : '') + room)
}
