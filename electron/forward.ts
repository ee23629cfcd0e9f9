import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/** Where the engine listens. */
export interface Door {
  /** Path of the unix socket or named pipe. */
  socket: string
  /** Sent as a bearer token, if the engine asks for one. */
  token?: string | null
}

const withoutBody = new Set([204, 205, 304])
/** These describe one connection, not the message, so they must not cross to another one. */
const hopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host'])

/** Sends a request through the socket; both bodies stream. Rejects when the engine can't be reached. */
export function forward(request: Request, { socket, token }: Door): Promise<Response> {
  const { pathname, search, host } = new URL(request.url)
  const headers: Record<string, string> = { host }
  request.headers.forEach((value, name) => {
    if (!hopHeaders.has(name)) headers[name] = value
  })
  if (token) headers.authorization = `Bearer ${token}`
  return new Promise((resolve, reject) => {
    // Subtle: no agent. A kept connection would outlive an engine that was restarted.
    const outgoing = httpRequest({
      socketPath: socket,
      method: request.method,
      path: pathname + search,
      headers,
      agent: false,
    })
    outgoing.on('response', (incoming) => resolve(toResponse(incoming)))
    outgoing.on('error', reject)
    request.signal?.addEventListener('abort', () => outgoing.destroy())
    if (!request.body) outgoing.end()
    else
      Readable.from(request.body as unknown as AsyncIterable<Uint8Array>)
        .on('error', reject)
        .pipe(outgoing)
  })
}

function toResponse(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 502
  const headers: [string, string][] = []
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    const name = incoming.rawHeaders[i]!
    if (!hopHeaders.has(name.toLowerCase())) headers.push([name, incoming.rawHeaders[i + 1]!])
  }
  if (withoutBody.has(status)) {
    incoming.resume()
    return new Response(null, { status, headers })
  }
  return new Response(Readable.toWeb(incoming) as unknown as ReadableStream, { status, headers })
}
