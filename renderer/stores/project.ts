import { defineStore } from 'pinia'
import { reactive, ref, shallowRef } from 'vue'
import { client } from '../client/index.ts'
import { follow } from '../client/follow.ts'
import { useNotices } from './notices.ts'
import type { ProjectSummary, RecentProject } from '../../core/contract/index.ts'

export type Subject = 'pairs' | 'jobs' | 'runs' | 'checkpoints' | 'history' | 'project'

const rememberPauseMs = 400

/** The open project, what it remembers, and word of what changes in it. */
export const useProject = defineStore('project', () => {
  const notices = useNotices()
  const state = ref<'loading' | 'closed' | 'open'>('loading')
  const connected = ref(true)
  const summary = shallowRef<ProjectSummary | null>(null)
  const recent = shallowRef<RecentProject[]>([])
  const memory = shallowRef<Record<string, unknown>>({})
  /** Rises with each opening; whatever belongs to a project is keyed by it. */
  const opening = ref(0)
  /** How often each subject has changed; watch one to follow it. */
  const changes = reactive<Record<Subject, number>>({
    pairs: 0,
    jobs: 0,
    runs: 0,
    checkpoints: 0,
    history: 0,
    project: 0,
  })

  async function enter(project: ProjectSummary | null): Promise<void> {
    memory.value = project ? await client.project.memory() : {}
    summary.value = project
    opening.value++
    state.value = project ? 'open' : 'closed'
    recent.value = await client.project.recent()
  }

  async function start(): Promise<void> {
    await notices.attempt(async () => enter(await client.project.current()))
    if (state.value === 'loading') state.value = 'closed'
    void followChanges()
  }

  async function open(folder: string, create = false): Promise<boolean> {
    await flush()
    const project = await notices.attempt(() => client.project.open({ folder, create }))
    if (project) await enter(project)
    return project !== undefined
  }

  async function openSample(): Promise<boolean> {
    await flush()
    const opened = await notices.attempt(() => client.project.openSample())
    if (opened) await enter(opened.project)
    return opened !== undefined
  }

  function followChanges(): Promise<void> {
    const all = () => (Object.keys(changes) as Subject[]).forEach((subject) => changes[subject]++)
    return follow(
      (signal) => client.project.changes(undefined, { signal }),
      ({ what }) => {
        changes[what]++
        if (what === 'project' || what === 'pairs') void refreshSummary()
      },
      {
        signal: new AbortController().signal,
        onLost: () => (connected.value = false),
        onBack: () => {
          connected.value = true
          all()
        },
      },
    )
  }

  let summaryAsked = false
  async function refreshSummary(): Promise<void> {
    if (summaryAsked) return
    summaryAsked = true
    await new Promise((resolve) => setTimeout(resolve, 500))
    summaryAsked = false
    const project = await client.project.current().catch(() => summary.value)
    if (project?.folder !== summary.value?.folder) await enter(project)
    else summary.value = project
  }

  const pending: Record<string, unknown> = {}
  let timer = 0
  async function flush(): Promise<void> {
    clearTimeout(timer)
    if (state.value !== 'open' || Object.keys(pending).length === 0) return
    const values = { ...pending }
    for (const name of Object.keys(pending)) delete pending[name]
    await notices.attempt(() => client.project.remember(values))
  }

  /** Keeps a value with the project; written a moment later, together with others. */
  function remember(name: string, value: unknown): void {
    memory.value = { ...memory.value, [name]: value }
    pending[name] = value
    clearTimeout(timer)
    timer = window.setTimeout(() => void flush(), rememberPauseMs)
  }

  window.addEventListener('pagehide', () => void flush())

  return { state, connected, summary, recent, memory, opening, changes, start, open, openSample, remember, flush }
})
