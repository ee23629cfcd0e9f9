import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../contract/index.ts'
import { createEngine, type Engine, type EngineOptions } from '../server/engine.ts'

export type Client = ContractRouterClient<Contract>

/** An engine in this process, reached through the same contract as the window's. */
export interface Session {
  client: Client
  engine: Engine
}

/** A client of an engine's handler; nothing goes over a network. */
export function clientOf(engine: Engine): Client {
  const link = new RPCLink({ url: 'http://engine/rpc', fetch: (request) => engine.handler(request) })
  return createORPCClient(link)
}

/** Runs `work` with an engine, which is stopped whatever happens. */
export async function withEngine<T>(work: (session: Session) => Promise<T>, options: EngineOptions = {}): Promise<T> {
  const engine = createEngine(options)
  try {
    return await work({ client: clientOf(engine), engine })
  } finally {
    await engine.stop()
  }
}

/** Opens the project of a command: the one named, made if it isn't there, or the sample. */
export async function openFor(
  { client }: Session,
  folder: string | undefined,
  { create = false } = {},
): Promise<string | null> {
  const place = folder ?? process.env['WINNOW_PROJECT']
  if (place === undefined) return (await client.project.openSample()).job
  await client.project.open({ folder: place, create })
  return null
}
