import { app, BrowserWindow, nativeTheme, screen } from 'electron'
import { join } from 'node:path'
import { readBounds, writeBounds } from './bounds.ts'
import { home } from './scheme.ts'

/** Opens the workbench's only window, where it was last time. */
export function openWindow(): BrowserWindow {
  const file = join(app.getPath('userData'), 'window.json')
  const { maximized, ...bounds } = readBounds(
    file,
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 800,
    minHeight: 560,
    title: 'Winnow',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#18181b' : '#fafafa',
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(app.getAppPath(), 'build', 'electron', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  if (maximized) window.maximize()
  window.on('close', () => writeBounds(file, { ...window.getNormalBounds(), maximized: window.isMaximized() }))
  void window.loadURL(home)
  return window
}
