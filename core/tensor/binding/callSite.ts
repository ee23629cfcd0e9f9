import { dirname } from 'node:path'

const room = dirname(import.meta.dirname)

/** The innermost caller outside of this room and of the packages: "describe (core/model/text.ts:41:9)". */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const stack = new Error().stack ?? ''
  Error.stackTraceLimit = limit
  const frame = stack.split('\n').slice(1).find(isCaller)
  const place = frame?.trim().replace(/^at /, '').replace('file://', '')
  return place?.replace(dirname(dirname(room)) + '/', '')
}

function isCaller(line: string): boolean {
  return !line.includes('node_modules') && !line.includes(`${room}/`) && !/node:|<anonymous>\)?$/.test(line)
}
