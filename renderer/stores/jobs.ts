import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { client } from '../client/index.ts'
import { follow } from '../client/follow.ts'
import { useNotices } from './notices.ts'
import { useProject } from './project.ts'
import type { Job, JobEvent, JobSpecInput } from '../../core/contract/index.ts'

type Listener = (event: JobEvent) => void

/** Long work: what runs, how far it is, and its events. */
export const useJobs = defineStore('jobs', () => {
  const notices = useNotices()
  const project = useProject()
  const jobs = shallowRef<Job[]>([])
  const listeners = new Set<Listener>()
  const followed = new Map<string, AbortController>()

  const running = computed(() => jobs.value.filter((job) => job.state === 'running' || job.state === 'queued'))

  async function load(): Promise<void> {
    if (project.state !== 'open') return
    const listed = await notices.attempt(() => client.jobs.list())
    if (!listed) return
    jobs.value = listed
    for (const job of running.value) watchJob(job.id)
  }

  function watchJob(id: string): void {
    if (followed.has(id)) return
    const controller = new AbortController()
    followed.set(id, controller)
    let after = 0
    void follow(
      (signal) => client.jobs.events({ job: id, after }, { signal }),
      (event) => {
        after = event.sequence
        take(event)
      },
      { signal: controller.signal },
    ).finally(() => {
      followed.delete(id)
      void load()
    })
  }

  function take(event: JobEvent): void {
    jobs.value = jobs.value.map((job) => (job.id === event.job ? withEvent(job, event) : job))
    for (const listener of listeners) listener(event)
  }

  /** Calls back for every event of every job until the returned function is called. */
  function onEvent(listener: Listener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  async function act(action: () => Promise<Job>): Promise<Job | undefined> {
    const job = await notices.attempt(action)
    if (!job) return undefined
    jobs.value = [job, ...jobs.value.filter((each) => each.id !== job.id)]
    if (job.state === 'queued' || job.state === 'running') watchJob(job.id)
    return job
  }

  watch(
    () => project.opening,
    () => {
      for (const controller of followed.values()) controller.abort()
      followed.clear()
      jobs.value = []
      void load()
    },
    { immediate: true },
  )
  let timer = 0
  watch(
    () => project.changes.jobs,
    () => {
      clearTimeout(timer)
      timer = window.setTimeout(() => void load(), 200)
    },
  )

  return {
    jobs,
    running,
    onEvent,
    load,
    start: (spec: JobSpecInput) => act(() => client.jobs.start({ spec })),
    cancel: (job: string) => act(() => client.jobs.cancel({ job })),
    resume: (job: string) => act(() => client.jobs.resume({ job })),
  }
})

function withEvent(job: Job, event: JobEvent): Job {
  switch (event.kind) {
    case 'started':
      return { ...job, state: 'running', startedAt: job.startedAt ?? event.at }
    case 'progress':
      return { ...job, state: 'running', progress: event.progress }
    case 'finished':
      return { ...job, state: 'finished', result: event.result, endedAt: event.at }
    case 'cancelled':
      return { ...job, state: 'cancelled', endedAt: event.at }
    case 'failed':
      return { ...job, state: 'failed', fault: event.fault, endedAt: event.at }
    default:
      return job
  }
}
