import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { faultOf, isAbort } from '../client/faults.ts'
import type { FaultRecord } from '../../core/contract/index.ts'

export interface Notice {
  id: number
  fault: FaultRecord
  times: number
}

const mostShown = 20

/** Faults that a person has not dismissed yet. */
export const useNotices = defineStore('notices', () => {
  const notices = shallowRef<Notice[]>([])
  let next = 1

  function report(error: unknown): void {
    if (isAbort(error)) return
    const fault = faultOf(error)
    const same = notices.value.find(
      (each) =>
        each.fault.code === fault.code && each.fault.message === fault.message && each.fault.subject === fault.subject,
    )
    if (same) {
      notices.value = notices.value.map((each) => (each === same ? { ...each, times: each.times + 1 } : each))
      return
    }
    notices.value = [...notices.value, { id: next++, fault, times: 1 }].slice(-mostShown)
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((each) => each.id !== id)
  }

  /** Runs an action and shows its fault; undefined means that it failed. */
  async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action()
    } catch (error) {
      report(error)
      return undefined
    }
  }

  return { notices, report, dismiss, attempt }
})
