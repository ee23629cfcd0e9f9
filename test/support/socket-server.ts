import { rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { temporaryFolder } from './temporary.ts'

/** A stand-in for the engine behind its socket: one listener a test, gone after it. */
export function socketServer() {
  const socket = join(temporaryFolder(), 'engine.sock')
  let server: Server | undefined
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
    rmSync(socket, { force: true })
  })
  const listen = (listener: RequestListener): Promise<void> => {
    server = createServer(listener)
    return new Promise((resolve) => server!.listen(socket, resolve))
  }
  return { socket, listen }
}
