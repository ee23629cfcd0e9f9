import { describe, expect, it, vi } from 'vitest'
import { forward } from '../../electron/forward.ts'
import { socketServer } from '../support/socket-server.ts'

const { socket, listen } = socketServer()

describe('forward', () => {
  it('carries method, path, headers and body to the engine and its answer back', async () => {
    await listen(async (incoming, outgoing) => {
      let body = ''
      for await (const chunk of incoming) body += chunk
      outgoing.writeHead(201, { 'x-kind': 'echo' })
      outgoing.end([incoming.method, incoming.url, incoming.headers['x-mark'], incoming.headers.host, body].join(' '))
    })
    const request = new Request('app://winnow/api/pairs?page=2', {
      method: 'POST',
      body: '二 pairs',
      headers: { 'x-mark': 'm' },
    })
    const response = await forward(request, { socket })
    expect(response.status).toBe(201)
    expect(response.headers.get('x-kind')).toBe('echo')
    expect(await response.text()).toBe('POST /api/pairs?page=2 m winnow 二 pairs')
  })

  it('adds the token of an engine that asks for one', async () => {
    await listen((incoming, outgoing) => outgoing.end(incoming.headers.authorization))
    const response = await forward(new Request('app://winnow/'), { socket, token: 'secret' })
    expect(await response.text()).toBe('Bearer secret')
  })

  it('passes events on as they come and tells the engine when the window stops listening', async () => {
    const closed = vi.fn<() => void>()
    await listen((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
      outgoing.write('data: first\n\n')
      outgoing.on('close', closed)
    })
    const response = await forward(new Request('app://winnow/events'), { socket })
    const reader = response.body!.getReader()
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value)).toBe('data: first\n\n')
    await reader.cancel()
    await vi.waitFor(() => expect(closed).toHaveBeenCalled())
  })

  it('passes an answer without a body', async () => {
    await listen((_incoming, outgoing) => outgoing.writeHead(304).end())
    const response = await forward(new Request('app://winnow/x'), { socket })
    expect([response.status, response.body]).toEqual([304, null])
  })

  it('rejects when no engine listens', async () => {
    await expect(forward(new Request('app://winnow/'), { socket })).rejects.toThrow('ENOENT')
  })
})
