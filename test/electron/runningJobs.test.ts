import { rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../electron/engine.ts'
import { countRunningJobs } from '../../electron/runningJobs.ts'
import { temporaryFolder } from '../support/temporary.ts'

const socket = join(temporaryFolder(), 'engine.sock')
const engine = { door: async () => ({ socket }) } as Engine
let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  rmSync(socket, { force: true })
})

function listen(listener: RequestListener): Promise<void> {
  server = createServer(listener)
  return new Promise((resolve) => server!.listen(socket, resolve))
}

describe('countRunningJobs', () => {
  it('counts the jobs that would be cut off, and no finished or waiting ones', async () => {
    const jobs = ['running', 'finished', 'queued', 'running', 'failed'].map((state) => ({ state }))
    await listen((request, response) => response.end(request.url === '/api/jobs/list' ? JSON.stringify(jobs) : ''))
    expect(await countRunningJobs(engine)).toBe(2)
  })

  it('takes a fault, as of an engine without a project, for no jobs', async () => {
    await listen((_request, response) => response.writeHead(422).end('{"code":"no-project"}'))
    expect(await countRunningJobs(engine)).toBe(0)
  })

  it('does not wait for an engine that never answers', async () => {
    await listen(() => {})
    expect(await countRunningJobs(engine)).toBe(0)
  })

  it('takes a dead engine for no jobs', async () => {
    expect(await countRunningJobs(engine)).toBe(0)
  })
})
