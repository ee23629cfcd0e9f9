import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/fetch'
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/fetch'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { Hono } from 'hono'
import { contract } from '../contract/index.ts'
import { createDesk, type Desk, type DeskOptions } from './desk.ts'
import { crossing, stackOf } from './faults.ts'
import { securityHeaders } from './headers.ts'
import { servePictures } from './pictures.ts'
import { programFolder } from './places.ts'
import { createRouter } from './routes/index.ts'
import { programVersion } from './routes/system.ts'
import { serveFile } from './static.ts'

export interface EngineOptions extends DeskOptions {
  /** Folder of the built UI. */
  ui?: string
}

export interface Engine {
  /** Answers everything: contract, events, pictures, UI. Doors decide who may ask. */
  handler: (request: Request) => Promise<Response>
  desk: Desk
  /** Cancels running jobs so that they can be resumed, and closes the project. */
  stop(): Promise<void>
}

/** Ids of up to 10,000 pairs and long captions fit. */
const maxBodySize = 4 * 1024 * 1024

/** The engine behind one handler. */
export function createEngine({ ui = programFolder('build/renderer'), ...options }: EngineOptions = {}): Engine {
  const desk = createDesk(options)
  const app = new Hono()
  app.use('*', securityHeaders())
  app.onError((error, context) => {
    desk.log.write(`${context.req.path}: ${stackOf(error)}`)
    return context.json({ code: 'unexpected', message: 'The engine could not answer.' }, 500)
  })
  serveContract(app, desk)
  servePictures(app, desk)
  app.get('*', (context) => serveFile(ui, new URL(context.req.url).pathname))
  return { handler: async (request) => app.fetch(request), desk, stop: desk.close }
}

/** The contract twice: for our own clients at /rpc, and as plain JSON over HTTP at /api for scripts. */
function serveContract(app: Hono, desk: Desk) {
  const router = createRouter(desk)
  const settings = {
    plugins: [new BodyLimitPlugin({ maxBodySize })],
    clientInterceptors: [
      async ({ next, path }: { next: () => Promise<unknown>; path: readonly string[] }) => {
        try {
          return await next()
        } catch (error) {
          throw crossing(error, path, desk.log.write)
        }
      },
    ],
  }
  const rpc = new RPCHandler(router, settings)
  const open = new OpenAPIHandler(router, settings)
  app.all(
    '/rpc/*',
    async (context) => (await rpc.handle(context.req.raw, { prefix: '/rpc' })).response ?? context.notFound(),
  )
  app.all(
    '/api/*',
    async (context) => (await open.handle(context.req.raw, { prefix: '/api' })).response ?? context.notFound(),
  )
  let page: Promise<object> | undefined
  app.get('/openapi.json', async (context) => context.json(await (page ??= describe())))
}

function describe(): Promise<object> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  return generator.generate(contract, {
    info: { title: 'Winnow', version: programVersion() },
    servers: [{ url: '/api' }],
  })
}
