import { protocol } from 'electron'
import { forward, type Door } from './forward.ts'

export const home = 'app://winnow/'

/** Whether an address is a page of ours. */
export function isOurs(url: string): boolean {
  return url.startsWith(home)
}

/** Must run before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true }
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }])
}

/** Sends every app://winnow/ request to the engine, waiting for it while it starts. */
export function serveScheme(door: () => Promise<Door>): void {
  protocol.handle('app', async (request) => {
    if (!isOurs(request.url)) return new Response('Not found', { status: 404 })
    try {
      return await forward(request, await door())
    } catch (error) {
      return engineDown(request, error instanceof Error ? error.message : String(error))
    }
  })
}

/** A page that tries again by itself, or a fault for the client code. */
function engineDown(request: Request, reason: string): Response {
  if (request.headers.get('accept')?.includes('text/html')) {
    const page =
      '<!doctype html><meta http-equiv="refresh" content="1"><body style="font: 13px system-ui; padding: 2em">The engine is starting…'
    return new Response(page, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' } })
  }
  const fault = {
    code: 'engine-down',
    message: 'The engine is not running.',
    subject: reason,
    hint: 'It starts again by itself; wait a moment.',
  }
  return new Response(JSON.stringify(fault), { status: 503, headers: { 'content-type': 'application/json' } })
}
