import { request } from 'node:http'
import type { Engine } from './engine.ts'

const limitMs = 1_000

/** How many jobs the engine has under way; 0 when it doesn't answer in time, so that quitting is never blocked by it. */
export async function countRunningJobs(engine: Engine): Promise<number> {
  const timeout = new Promise<0>((resolve) => setTimeout(resolve, limitMs, 0))
  return Promise.race([timeout, count(engine).catch(() => 0)])
}

async function count(engine: Engine): Promise<number> {
  const { socket, token } = await engine.door()
  const headers: Record<string, string> = { host: 'winnow', accept: 'application/json' }
  if (token) headers.authorization = `Bearer ${token}`
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath: socket, path: '/api/jobs/list', method: 'POST', headers, agent: false },
      (incoming) => {
        let text = ''
        incoming
          .on('data', (bytes) => (text += bytes))
          .on('end', () => {
            const jobs = JSON.parse(text) as { state?: string }[]
            resolve(Array.isArray(jobs) ? jobs.filter(({ state }) => state === 'running').length : 0)
          })
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}
