import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { Words } from './words.ts'

/** Only what the system expects of a program: the workbench has its own keys and palette. */
export function setMenu(words: Words, { developer }: { developer: boolean }): void {
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : []
  const tools: MenuItemConstructorOptions[] = developer
    ? [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }]
    : []
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...mac,
      { label: words.file, submenu: [{ role: process.platform === 'darwin' ? 'close' : 'quit' }] },
      { label: words.edit, submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] },
      {
        label: words.view,
        submenu: [
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
          ...tools,
        ],
      },
      { label: words.window, role: 'windowMenu' },
    ]),
  )
}
