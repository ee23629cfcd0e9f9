import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
}

/**
 * Answers with a file of the built UI; addresses of views get index.html. Nothing outside the folder
 * is served, links included.
 */
export async function serveFile(folder: string, pathname: string): Promise<Response> {
  const name = decoded(pathname)
  if (name === null) return new Response('Bad address.', { status: 400 })
  const found = extname(name) ? await inside(folder, name) : null
  if (found) return answer(found, name.startsWith('/assets/'))
  if (extname(name)) return new Response('Not found.', { status: 404 })
  const page = await inside(folder, '/index.html')
  return page
    ? answer(page, false)
    : new Response('The user interface is not built. Run `npm start` once.', { status: 404 })
}

function decoded(pathname: string): string | null {
  try {
    const name = decodeURIComponent(pathname)
    return name.includes('\0') || name.includes('\\') ? null : name
  } catch {
    return null
  }
}

async function inside(folder: string, name: string): Promise<string | null> {
  try {
    const root = await realpath(folder)
    const path = await realpath(join(root, name))
    return path.startsWith(root + sep) ? path : null
  } catch {
    return null
  }
}

async function answer(path: string, immutable: boolean): Promise<Response> {
  const bytes = await readFile(path)
  return new Response(new Uint8Array(bytes), {
    headers: {
      'Content-Type': types[extname(path)] ?? 'application/octet-stream',
      // Built assets carry their hash in the name.
      'Cache-Control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  })
}
