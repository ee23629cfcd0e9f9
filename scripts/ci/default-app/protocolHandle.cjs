/**
 * What Electron 22 (Node 16) lacks and the product uses: `protocol.handle` with web Request and Response, made from
 * `registerStreamProtocol`. Bodies are passed as Node streams.
 */
const { protocol } = require('electron')
const { readFileSync } = require('node:fs')
const { Readable } = require('node:stream')

class Headers {
  constructor(entries = []) {
    this.entries = new Map([...entries].map(([name, value]) => [name.toLowerCase(), value]))
  }
  get(name) {
    return this.entries.get(name.toLowerCase()) ?? null
  }
  forEach(visit) {
    this.entries.forEach(visit)
  }
}

class Response {
  constructor(body, { status = 200, headers = [] } = {}) {
    this.body = body
    this.status = status
    this.headers = Array.isArray(headers) ? headers : Object.entries(headers)
  }
}

globalThis.Response ??= Response
Readable.toWeb ??= (stream) => stream

protocol.handle ??= (scheme, handler) =>
  protocol.registerStreamProtocol(scheme, async (request, answer) => {
    const headers = new Headers(Object.entries(request.headers))
    const {
      body,
      status,
      headers: sent,
    } = await handler({ url: request.url, method: request.method, headers, body: bodyOf(request) })
    answer({ statusCode: status, headers: Object.fromEntries(sent), data: toStream(body) })
  })

function bodyOf({ uploadData }) {
  if (!uploadData) return null
  return Readable.from(uploadData.map(({ bytes, file }) => bytes ?? readFileSync(file)))
}

function toStream(body) {
  return body instanceof Readable ? body : Readable.from(body === null ? [] : [Buffer.from(body)])
}
