import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Hono } from 'hono'
import { asFault } from '../contract/index.ts'
import { picture, thumbnail } from '../image/thumbnail.ts'
import { drawnPicture, inputsPicture } from '../jobs/drawn.ts'
import type { Desk } from './desk.ts'

// The address carries the picture's version, so what it names never changes.
const forever = 'private, max-age=31536000, immutable'

/** Thumbnails and pictures by the id of their sample, what a run drew by run and step, and what it was given by run; no path ever comes from outside. */
export function servePictures(app: Hono, desk: Desk) {
  app.get('/thumb/:id{[0-9]+}', (context) =>
    answering(async () => {
      const { bytes, type } = await thumbnail(desk.opened().project, Number(context.req.param('id')))
      return new Response(new Uint8Array(bytes), { headers: headers(type, context.req.query('v')) })
    }),
  )
  app.get('/picture/:id{[0-9]+}', (context) =>
    answering(async () => {
      const found = await picture(desk.opened().project, Number(context.req.param('id')))
      const body = 'path' in found ? await streamed(found.path) : new Uint8Array(found.bytes)
      return new Response(body, { headers: headers(found.type, context.req.query('v')) })
    }),
  )
  app.get('/drawn/:run/:step{[0-9]+}', (context) =>
    answering(async () =>
      png(drawnPicture(desk.opened().project, context.req.param('run'), Number(context.req.param('step')))),
    ),
  )
  app.get('/inputs/:run', (context) =>
    answering(async () => png(inputsPicture(desk.opened().project, context.req.param('run')))),
  )
}

function headers(type: string, version: string | undefined) {
  return { 'Content-Type': type, 'Cache-Control': version ? forever : 'no-cache' }
}

/** A file that a run may write anew. */
async function png(path: string): Promise<Response> {
  return new Response(await streamed(path), { headers: headers('image/png', undefined) })
}

async function streamed(path: string): Promise<ReadableStream<Uint8Array>> {
  await stat(path)
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
}

/** A picture that can't be shown answers with its fault, so that the window can say why. */
async function answering(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    const fault = asFault(error)
    return Response.json(fault.toJSON(), {
      status: fault.code === 'not-found' ? 404 : 422,
      headers: { 'Cache-Control': 'no-store' },
    })
  }
}
