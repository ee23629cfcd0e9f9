import { createAdaptorServer } from '@hono/node-server'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { createConnection, type AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { dirname } from 'node:path'
import { Fault } from '../contract/index.ts'
import { guarded, type Handler } from './guard.ts'

export interface Door {
  url: string | null
  token: string | null
  socket: string | null
  /** Takes no more requests and cuts open streams. */
  close(): Promise<void>
}

/** Opens the loopback TCP door with a fresh token. Port 0 takes any free one. */
export async function openLoopback(handler: Handler, port = 0): Promise<Door> {
  const token = randomBytes(24).toString('base64url')
  const server = serverOf(guarded(handler, token))
  await listening(server, () => server.listen(port, '127.0.0.1'), `127.0.0.1:${port}`)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { url, token, socket: null, close: () => closed(server) }
}

/**
 * Opens the desktop's door: a unix socket in a folder that only its owner may enter, or a named pipe.
 * Who reaches it is the user, so it asks for no token.
 */
export async function openSocket(handler: Handler, path: string): Promise<Door> {
  const server = serverOf(handler)
  const pipe = path.startsWith('\\\\')
  if (!pipe) await makeRoom(path)
  const mask = process.umask(0o077)
  try {
    await listening(server, () => server.listen(path), path)
  } finally {
    process.umask(mask)
  }
  return { url: null, token: null, socket: path, close: () => closed(server) }
}

function serverOf(handler: Handler): Server {
  return createAdaptorServer({ fetch: handler }) as Server
}

/** A socket left by a killed engine is removed; one that answers belongs to a living engine and stays. */
async function makeRoom(path: string) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const alive = await new Promise<boolean>((resolve) => {
    const probe = createConnection(path)
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false))
    probe.once('connect', () => probe.destroy())
  })
  if (alive) throw new Fault('socket-in-use', 'Another engine answers at this socket.', { subject: path })
  rmSync(path, { force: true })
}

function listening(server: Server, listen: () => void, subject: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE'
      reject(
        inUse
          ? new Fault('address-in-use', 'The address is in use.', { subject, hint: 'Choose another port.' })
          : error,
      )
    })
    server.once('listening', resolve)
    listen()
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
