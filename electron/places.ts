import { app } from 'electron'
import { join } from 'node:path'

const nodeName = process.platform === 'win32' ? 'node.exe' : 'node'

/** Where the engine's files and its own Node are: beside the packaged app, or in the checkout. */
export function enginePlaces(): { root: string; node: string } {
  if (app.isPackaged) {
    return { root: join(process.resourcesPath, 'engine'), node: join(process.resourcesPath, 'node', nodeName) }
  }
  const root = app.getAppPath()
  return { root, node: join(root, 'node_modules', 'node', 'bin', nodeName) }
}
