import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import type { Bridge, Contract } from '../../core/contract/index.ts'

export type Client = ContractRouterClient<Contract>

/** The engine's procedures: the only door out of this window. */
export const client: Client = createORPCClient(new RPCLink({ url: () => `${location.origin}/rpc` }))

/** Native dialogs, present only in the desktop. */
export const bridge: Bridge | undefined = (window as { winnow?: Bridge }).winnow
