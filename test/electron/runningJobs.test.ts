import { describe, expect, it } from 'vitest'
import type { Engine } from '../../electron/engine.ts'
import { countRunningJobs } from '../../electron/runningJobs.ts'
import { socketServer } from '../support/socket-server.ts'

const { socket, listen } = socketServer()
const engine = { door: async () => ({ socket }) } as Engine

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
