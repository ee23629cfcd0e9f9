import { contextBridge, ipcRenderer } from 'electron'
import type { Bridge } from '../core/contract/bridge.ts'

contextBridge.exposeInMainWorld('winnow', {
  pickFolder: (options) => ipcRenderer.invoke('pickFolder', options),
  pickFile: (options) => ipcRenderer.invoke('pickFile', options),
  revealPath: (path) => ipcRenderer.invoke('revealPath', path),
} satisfies Bridge)
