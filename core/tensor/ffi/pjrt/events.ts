import { invoke, invokeAsync, type Plugin } from './plugin.ts'

/** Blocks until an event has happened, and frees it. Throws the Fault that it carries. 0: there is nothing to wait for. */
export function awaitEvent(plugin: Plugin, event: bigint, doing: string) {
  if (!event) return
  try {
    invoke(plugin, 'Event_Await', doing, { event })
  } finally {
    invoke(plugin, 'Event_Destroy', doing, { event })
  }
}

/** Like `awaitEvent`, on a worker thread: the event loop stays free. */
export async function awaitEventAsync(plugin: Plugin, event: bigint, doing: string) {
  if (!event) return
  try {
    await invokeAsync(plugin, 'Event_Await', doing, { event })
  } finally {
    invoke(plugin, 'Event_Destroy', doing, { event })
  }
}

/** Frees an event without waiting for it: the results tell. */
export function forgetEvent(plugin: Plugin, event: bigint) {
  if (event) invoke(plugin, 'Event_Destroy', 'Running an operation', { event })
}
