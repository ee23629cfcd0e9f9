import { timingSafeEqual } from 'node:crypto'

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

export type Handler = (request: Request) => Promise<Response> | Response

/**
 * The lock of the TCP door. A request passes if it names this machine (a page that rebinds its own name to
 * 127.0.0.1 doesn't), carries the token of this start, and, where it could change something, comes from our own page.
 */
export function guarded(handler: Handler, token: string): Handler {
  return (request) => {
    const url = new URL(request.url)
    const host = request.headers.get('host') ?? url.host
    if (!loopback.has(host.replace(/:\d+$/, ''))) return refuse(421, 'This address is not served here.')
    if (url.searchParams.has('token') && request.method === 'GET') return welcome(url, host, token)
    const bearer = request.headers.get('authorization')?.match(/^Bearer (.+)$/)?.[1]
    const cookie = cookies(request).get(cookieName(host))
    if (!same(bearer, token) && !same(cookie, token))
      return refuse(401, 'Open the address that `winnow serve` printed: it holds the token.')
    if (!fromOurPage(request, host, same(bearer, token))) return refuse(403, 'The request comes from another page.')
    return handler(request)
  }
}

/** The token came in the address: it moves into a cookie, out of history and screenshots. */
function welcome(url: URL, host: string, token: string): Response {
  if (!same(url.searchParams.get('token') ?? undefined, token))
    return refuse(401, 'The token is not the one of this start.')
  url.searchParams.delete('token')
  return new Response(null, {
    status: 303,
    headers: {
      Location: url.pathname + url.search,
      'Set-Cookie': `${cookieName(host)}=${token}; HttpOnly; SameSite=Strict; Path=/`,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
    },
  })
}

/** Subtle: cookies don't know ports, and SameSite takes another port of this machine for the same site; Origin tells them apart. */
function fromOurPage(request: Request, host: string, byBearer: boolean): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null) return origin === `http://${host}`
  return byBearer || request.method === 'GET' || request.method === 'HEAD'
}

function cookieName(host: string): string {
  return `winnow-${host.match(/:(\d+)$/)?.[1] ?? '80'}`
}

function cookies(request: Request): Map<string, string> {
  const parts = (request.headers.get('cookie') ?? '').split(';')
  return new Map(parts.map((part) => part.trim().split('=', 2) as [string, string]))
}

function same(given: string | undefined, token: string): boolean {
  if (given === undefined) return false
  const a = Buffer.from(given)
  const b = Buffer.from(token)
  return a.length === b.length && timingSafeEqual(a, b)
}

function refuse(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    },
  })
}
