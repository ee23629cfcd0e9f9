import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLoopback, openSocket, type Door } from '../../../core/server/doors.ts'
import { ended, makePairs, testEngine, type TestEngine } from '../../support/engine.ts'

let test: TestEngine
let door: Door

beforeAll(async () => {
  test = await testEngine()
  mkdirSync(join(test.root, 'ui', 'assets'), { recursive: true })
  writeFileSync(join(test.root, 'ui', 'index.html'), '<title>Winnow</title>')
  writeFileSync(join(test.root, 'ui', 'assets', 'index-1a2b.js'), 'export {}')
  writeFileSync(join(test.root, 'secret.txt'), 'secret')
  symlinkSync(join(test.root, 'secret.txt'), join(test.root, 'ui', 'link.txt'))
  const job = await test.client.jobs.start({ spec: { kind: 'import', path: await makePairs(test.root, 2) } })
  await ended(test, job.id)
  door = await openLoopback(test.engine.handler)
}, 30_000)
afterAll(async () => {
  await door.close()
  await test.close()
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** A request whose Host, path and other headers are sent exactly as given; fetch would tidy them. */
function ask(
  path: string,
  {
    headers = {},
    method = 'GET',
    body = '',
    socket,
  }: { headers?: Record<string, string>; method?: string; body?: string; socket?: string } = {},
): Promise<Answer> {
  const target = socket ? { socketPath: socket } : { port: new URL(door.url!).port, host: '127.0.0.1' }
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...target, path, method, headers }, (response) => {
      let text = ''
      response
        .on('data', (piece) => (text += piece))
        .on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
    })
    request.on('error', reject).end(body)
  })
}

const bearer = () => ({ authorization: `Bearer ${door.token}` })
const cookie = () => ({ cookie: `winnow-${new URL(door.url!).port}=${door.token}` })
const json = { 'content-type': 'application/json' }

describe('the loopback door', () => {
  it('asks for the token, of every address', async () => {
    for (const path of ['/', '/rpc/project/current', '/thumb/1', '/openapi.json'])
      expect((await ask(path)).status).toBe(401)
    expect((await ask('/', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
    expect((await ask('/?token=wrong')).status).toBe(401)
  })

  it('moves the token from the address into a cookie that scripts and other sites cannot use', async () => {
    const answer = await ask(`/runs?token=${door.token}&x=1`)
    expect(answer.status).toBe(303)
    expect(answer.headers['location']).toBe('/runs?x=1')
    expect(answer.headers['set-cookie']![0]).toMatch(/HttpOnly; SameSite=Strict/)
    expect((await ask('/', { headers: cookie() })).text).toContain('Winnow')
  })

  it('does not answer to a foreign host name, even with the token', async () => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '192.168.0.7']) {
      expect((await ask('/', { headers: { ...bearer(), host } })).status).toBe(421)
    }
    expect((await ask('/', { headers: { ...bearer(), host: 'localhost:1234' } })).status).toBe(200)
  })

  it('lets only its own page change things by cookie', async () => {
    const post = (headers: Record<string, string>) =>
      ask('/api/project/current', { method: 'POST', headers: { ...json, ...headers }, body: '{}' })
    expect((await post({ ...cookie() })).status).toBe(403)
    expect((await post({ ...cookie(), origin: 'http://evil.example' })).status).toBe(403)
    expect((await post({ ...cookie(), origin: 'http://127.0.0.1:1' })).status).toBe(403)
    expect((await post({ ...cookie(), origin: new URL(door.url!).origin })).status).toBe(200)
    expect((await post(bearer())).status).toBe(200)
    expect((await post({ ...bearer(), origin: 'http://evil.example' })).status).toBe(403)
  })

  it('gives every answer the security headers', async () => {
    for (const path of ['/', '/openapi.json', '/nothing.js', '/thumb/1']) {
      const { headers } = await ask(path, { headers: bearer() })
      expect(headers).toMatchObject({
        'content-security-policy': "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      })
    }
  })

  it('serves the window: views get the page, assets may be kept for ever, the rest is not found', async () => {
    expect((await ask('/runs/1', { headers: bearer() })).text).toContain('Winnow')
    expect((await ask('/assets/index-1a2b.js', { headers: bearer() })).headers).toMatchObject({
      'cache-control': expect.stringContaining('immutable'),
      'content-type': expect.stringContaining('javascript'),
    })
    expect((await ask('/nothing.js', { headers: bearer() })).status).toBe(404)
  })

  it('serves nothing outside its folder: no dots, no codes, no links', async () => {
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/link.txt',
      '/%00.txt',
      '//secret.txt',
      '/%',
    ]) {
      const { status, text } = await ask(path, { headers: bearer() })
      expect([path, status >= 400]).toEqual([path, true])
      expect(text).not.toContain('secret')
    }
  })

  it('serves pictures by id only', async () => {
    const { view } = await test.client.pairs.open({ text: 'square', sort: { by: 'order', direction: 'ascending' } })
    const [pair] = await test.client.pairs.page({ view, from: 0, to: 2 })
    const thumbnail = await ask(`/thumb/${pair!.sampleId}?v=${pair!.version}`, { headers: bearer() })
    expect(thumbnail).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/webp', 'cache-control': expect.stringContaining('immutable') },
    })
    expect((await ask(`/picture/${pair!.sampleId}`, { headers: bearer() })).headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'no-cache',
    })
    for (const path of ['/picture/..%2f..%2fsecret.txt', '/picture/999', '/thumb/-1', '/thumb/1e3']) {
      const { status, text } = await ask(path, { headers: bearer() })
      expect([path, status === 200 && text.includes('secret')]).toEqual([path, false])
    }
    expect(JSON.parse((await ask('/picture/999', { headers: bearer() })).text)).toMatchObject({ code: 'not-found' })
  })

  it('refuses a body that is too large', async () => {
    const body = JSON.stringify({ spec: 'x'.repeat(5 * 1024 * 1024) })
    const { status } = await ask('/api/jobs/start', { method: 'POST', headers: { ...bearer(), ...json }, body })
    expect([400, 413]).toContain(status)
  })

  it('lets go of an event stream whose window has closed', async () => {
    const control = new AbortController()
    const answer = await fetch(`${door.url}api/project/changes`, {
      method: 'POST',
      headers: { ...bearer(), ...json },
      body: '{}',
      signal: control.signal,
    })
    const reader = answer.body!.getReader()
    await reader.read()
    expect(test.engine.desk.changes.followers).toBe(1)
    control.abort()
    await expect.poll(() => test.engine.desk.changes.followers, { timeout: 20_000 }).toBe(0)
  })
})

describe.skipIf(process.platform === 'win32')("the desktop's door", () => {
  it('is a socket that only its owner can reach, answers without a token, and replaces a dead one', async () => {
    const path = join(test.root, 'run', 'engine.sock')
    const first = await openSocket(test.engine.handler, path)
    expect(statSync(join(test.root, 'run')).mode & 0o777).toBe(0o700)
    expect(statSync(path).mode & 0o077).toBe(0)
    expect(
      (await ask('/api/project/current', { socket: path, method: 'POST', headers: json, body: '{}' })).status,
    ).toBe(200)
    await expect(openSocket(test.engine.handler, path)).rejects.toMatchObject({ code: 'socket-in-use' })
    await first.close()
    writeFileSync(path, '')
    await (await openSocket(test.engine.handler, path)).close()
  })
})
