import { app, dialog, type BrowserWindow, type MessageBoxOptions } from 'electron'
import type { Engine, EngineState } from './engine.ts'
import { countRunningJobs } from './runningJobs.ts'
import type { Words } from './words.ts'

export interface Reporting {
  words: Words
  window: BrowserWindow | undefined
  logFile: string
  restart: () => void
}

/** Tells the person how the engine is: in the title while it restarts, in a dialog when it has failed. */
export async function reportEngine(state: EngineState, { words, window, logFile, restart }: Reporting): Promise<void> {
  if (state.kind === 'waiting') window?.setTitle(`Winnow · ${words.engineRestarting}`)
  if (state.kind === 'ready') window?.setTitle('Winnow')
  if (state.kind !== 'failed') return
  const detail = `${words.engineFailedDetail}\n${logFile}\n\n${state.reason}`
  const again = await ask(window, {
    type: 'error',
    message: words.engineFailed,
    detail,
    buttons: [words.restart, words.quit],
  })
  if (again) restart()
  else app.quit()
}

/** Whether to go on with quitting: asks only when a job is running. */
export async function askBeforeQuit(engine: Engine, words: Words, window: BrowserWindow | undefined): Promise<boolean> {
  const jobs = await countRunningJobs(engine)
  if (jobs === 0) return true
  const keep = await ask(window, {
    type: 'question',
    message: words.jobsRunning,
    detail: words.jobsRunningDetail,
    buttons: [words.keepWorking, words.quit],
  })
  return !keep
}

/** Whether the first button was chosen. */
async function ask(window: BrowserWindow | undefined, options: MessageBoxOptions): Promise<boolean> {
  const box = { ...options, defaultId: 0, noLink: true }
  const { response } = await (window ? dialog.showMessageBox(window, box) : dialog.showMessageBox(box))
  return response === 0
}
