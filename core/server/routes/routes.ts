import { implement } from '@orpc/server'
import { contract } from '../../contract/index.ts'
import type { Desk } from '../desk.ts'

export const api = implement(contract)

/** What every group of routes is given. Routes only translate: the rooms behind them do the work. */
export interface Routes {
  api: typeof api
  desk: Desk
}
