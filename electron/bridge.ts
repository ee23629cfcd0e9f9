import { BrowserWindow, dialog, ipcMain, shell, type IpcMainInvokeEvent, type OpenDialogOptions } from 'electron'
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Bridge } from '../core/contract/bridge.ts'
import { isOurs } from './scheme.ts'

/** The three things the window may ask of the desktop; the other end of preload.ts. */
const answers: { [Name in keyof Bridge]: (event: IpcMainInvokeEvent, input: unknown) => ReturnType<Bridge[Name]> } = {
  pickFolder: (event, input) =>
    pick(event, { title: titleOf(input), properties: ['openDirectory', 'createDirectory'] }),
  pickFile: (event, input) =>
    pick(event, {
      title: titleOf(input),
      properties: ['openFile'],
      filters: [{ name: titleOf(input), extensions: extensionsOf(input) }],
    }),
  revealPath: async (_event, path) => {
    if (typeof path !== 'string' || !isAbsolute(path) || !existsSync(path)) throw new Error('There is no such file.')
    shell.showItemInFolder(path)
  },
}

/** Answers the preload's calls, from our own page's main frame only. */
export function answerBridge(): void {
  for (const [name, answer] of Object.entries(answers)) {
    ipcMain.handle(name, (event, input: unknown) => {
      const frame = event.senderFrame
      if (!frame || frame.parent !== null || !isOurs(frame.url)) throw new Error('This page may not use the desktop.')
      return answer(event, input)
    })
  }
}

async function pick(event: IpcMainInvokeEvent, options: OpenDialogOptions): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(event.sender)
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  return canceled ? null : (filePaths[0] ?? null)
}

function titleOf(input: unknown): string {
  const title = (input as { title?: unknown } | null)?.title
  return typeof title === 'string' ? title.slice(0, 200) : ''
}

function extensionsOf(input: unknown): string[] {
  const extensions = (input as { extensions?: unknown } | null)?.extensions
  const safe = Array.isArray(extensions)
    ? extensions.filter((entry): entry is string => /^\w+$/.test(String(entry)))
    : []
  return safe.length > 0 ? safe : ['*']
}
