import { app, session } from 'electron'
import { isOurs } from './scheme.ts'

/** Shuts every way out of our own pages: other addresses, new windows, embedded pages, permissions. */
export function guard(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event, url) => {
      if (!isOurs(url)) event.preventDefault()
    })
    contents.on('will-redirect', (event, url) => {
      if (!isOurs(url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed(permission))
}

/** Copying a caption is all that the pages need. */
function allowed(permission: string): boolean {
  return permission === 'clipboard-sanitized-write'
}
