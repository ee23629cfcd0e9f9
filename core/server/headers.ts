import type { MiddlewareHandler } from 'hono'

const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

/** Headers of every answer: nothing from elsewhere runs, frames, sniffs or refers. */
export function securityHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next()
    const { headers } = context.res
    headers.set('Content-Security-Policy', policy)
    headers.set('X-Content-Type-Options', 'nosniff')
    headers.set('Referrer-Policy', 'no-referrer')
    headers.set('Cross-Origin-Opener-Policy', 'same-origin')
    headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  }
}
