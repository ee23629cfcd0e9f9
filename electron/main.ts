import { app, type BrowserWindow } from 'electron'
import { answerBridge } from './bridge.ts'
import { runEngine, type Engine } from './engine.ts'
import { guard } from './guard.ts'
import { launchEngine } from './launch.ts'
import { keepLog } from './log.ts'
import { setMenu } from './menu.ts'
import { enginePlaces } from './places.ts'
import { askBeforeQuit, reportEngine } from './report.ts'
import { registerScheme, serveScheme } from './scheme.ts'
import { openWindow } from './window.ts'
import { wordsFor } from './words.ts'

let window: BrowserWindow | undefined
let engine: Engine | undefined
let quitting: 'no' | 'asking' | 'stopping' | 'stopped' = 'no'

registerScheme()
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', showWindow)
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', beforeQuit)
  void app.whenReady().then(start)
} else {
  app.quit()
}

function start(): void {
  const words = wordsFor(app.getLocale())
  const log = keepLog()
  const project = app.commandLine.getSwitchValue('project') || undefined
  engine = runEngine({
    launch: () => log.follow(launchEngine({ ...enginePlaces(), project })),
    onState: (state) =>
      void reportEngine(state, { words, window, logFile: log.file, restart: () => engine?.restart() }),
  })
  guard()
  setMenu(words, { developer: !app.isPackaged })
  answerBridge()
  serveScheme(engine.door)
  openMainWindow()
}

function openMainWindow(): void {
  window = openWindow()
  // Subtle: a page that closes itself does not ask the handler below.
  window.on('closed', () => (window = undefined))
  window.on('close', (event) => {
    if (quitting !== 'no') return
    // The window stays until it is known whether a job would be cut off.
    event.preventDefault()
    app.quit()
  })
}

function showWindow(): void {
  if (window?.isMinimized()) window.restore()
  window?.focus()
}

/** Quitting waits for an answer if a job runs, and then for the engine to end. */
function beforeQuit(event: Electron.Event): void {
  if (quitting === 'stopped' || !engine) return
  event.preventDefault()
  if (quitting === 'no') void quit(engine)
}

async function quit(running: Engine): Promise<void> {
  quitting = 'asking'
  if (!(await askBeforeQuit(running, wordsFor(app.getLocale()), window))) {
    quitting = 'no'
    if (!window) openMainWindow()
    return
  }
  quitting = 'stopping'
  window?.hide()
  await running.stop()
  quitting = 'stopped'
  app.quit()
}
