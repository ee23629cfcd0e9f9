/**
 * A made-up engine behind the contract, for looking at the window without a project: any number of pairs,
 * made from their number. `node test/support/fake-engine.ts PORT COUNT` serves it together with the built window.
 */
import { serve } from '@hono/node-server'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/fetch'
import { ORPCError } from '@orpc/server'
import { contract, type Caption, type Decision, type Operation, type Pair } from '../../core/contract/index.ts'
import { serveFile } from '../../core/server/static.ts'
import { fakeCapfilt, fakeModels } from './fake-models.ts'

const texts = [
  'A red fox crossing a snowy field at dawn',
  'two cyclists on a coastal road, sea behind',
  'Close-up of a ceramic cup with steam',
  '黎明时分一只红狐穿过雪地',
  'Buy now!!! best price wallpaper 1920x1080 free download hd',
  'child holding a paper kite on a hill, wind from the left, late in the afternoon of a very long and very warm day in autumn',
]
const sources = ['web', 'synthetic', 'human'] as const
const chance = (n: number) => ((Math.imul(n + 1, 2654435761) >>> 0) % 1000) / 1000

export function createFakeEngine(count: number) {
  const decisions = new Map<number, Decision>()
  const edits = new Map<number, string>()
  const operations: (Operation & { before: [number, Decision | undefined][] })[] = []
  const listeners = new Set<() => void>()
  const memory: Record<string, unknown> = {}
  const project = {
    folder: '/made-up/birds',
    name: 'birds',
    sample: false,
    pictures: Math.ceil(count / 2),
    captions: count,
    unreadable: 3,
    createdAt: '2026-01-01T00:00:00Z',
  }

  const decisionOf = (id: number) => decisions.get(id) ?? 'undecided'
  const pairAt = (at: number): Pair => {
    const id = at + 1
    const broken = id % 97 === 0
    return {
      captionId: id,
      sampleId: Math.ceil(id / 2),
      text: edits.get(id) ?? (id % 41 === 0 ? '' : texts[id % texts.length]!),
      source: sources[id % 7 === 0 ? 2 : id % 2]!,
      decision: decisionOf(id),
      decidedBy: decisions.has(id) ? 'human' : null,
      path: `/made-up/${id}.jpg`,
      width: 640,
      height: 480,
      version: '1',
      fault: broken
        ? { code: 'image-unreadable', message: 'The picture is cut short.', hint: 'Fetch it again.' }
        : null,
      itm: id % 5 ? chance(id) : null,
      itc: null,
      sortScore: null,
      captions: 2,
    }
  }
  const captionOf = (id: number): Caption => {
    const pair = pairAt(id - 1)
    return {
      id,
      sampleId: pair.sampleId,
      text: pair.text,
      source: pair.source,
      decision: pair.decision,
      decidedBy: pair.decidedBy,
      decidedAt: pair.decidedBy && '2026-01-02T10:00:00Z',
      reason: null,
      supersededBy: null,
      provenance:
        pair.source === 'synthetic'
          ? {
              checkpoint: 'abc',
              checkpointName: 'tiny captioner',
              decoding: 'nucleus p=0.9',
              prompt: 'a picture of ',
              seed: 1,
              job: '1',
            }
          : null,
      scores: pair.itm === null ? [] : [{ metric: 'itm', scorer: 'abc', scorerName: 'tiny filter', value: pair.itm }],
      createdAt: '2026-01-01T00:00:00Z',
    }
  }
  const record = (kind: Operation['kind'], details: Operation['details'], before: [number, Decision | undefined][]) => {
    const operation = {
      id: operations.length + 1,
      kind,
      details,
      count: before.length,
      createdAt: new Date().toISOString(),
      state: 'done' as const,
      undoable: true,
      before,
    }
    operations.push(operation)
    for (const wake of listeners) wake()
    return { operation, changed: before.length }
  }
  const swapState = (operation: (typeof operations)[number], state: 'done' | 'undone') => {
    operation.before = operation.before.map(([id, decision]) => {
      const now = decisions.get(id)
      if (decision === undefined) decisions.delete(id)
      else decisions.set(id, decision)
      return [id, now]
    })
    operation.state = state
    return { operation, changed: operation.before.length }
  }
  const decideAll = (ids: number[], decision: Decision) => {
    const before = ids.map((id) => [id, decisions.get(id)] as [number, Decision | undefined])
    for (const id of ids) decisions.set(id, decision)
    return before
  }

  const os = implement(contract)
  const router = os.router({
    project: {
      current: os.project.current.handler(() => project),
      recent: os.project.recent.handler(() => [
        { folder: project.folder, name: project.name, openedAt: '2026-01-02T10:00:00Z', exists: true },
      ]),
      open: os.project.open.handler(() => project),
      openSample: os.project.openSample.handler(() => ({ project, job: null })),
      memory: os.project.memory.handler(() => memory),
      remember: os.project.remember.handler(({ input }) => Object.assign(memory, input) && {}),
      changes: os.project.changes.handler(async function* ({ signal }) {
        while (!signal?.aborted) {
          await new Promise<void>((resolve) => {
            listeners.add(resolve)
            signal?.addEventListener('abort', () => resolve())
          })
          yield { what: 'pairs' as const }
        }
      }),
    },
    pairs: {
      open: os.pairs.open.handler(({ input }) => {
        if (input.text.includes('??'))
          throw new ORPCError('query-invalid', {
            status: 422,
            message: 'bad',
            data: { code: 'query-invalid', message: 'The query is not complete at “??”.', hint: 'Take it away.' },
          })
        const size = input.text.includes('nothing') ? 0 : count
        return { view: '1', count: size, pictures: Math.ceil(size / 2) }
      }),
      page: os.pairs.page.handler(({ input }) =>
        Array.from({ length: Math.max(0, Math.min(count, input.to) - input.from) }, (_, at) => pairAt(input.from + at)),
      ),
      next: os.pairs.next.handler(({ input }) => {
        for (let step = 0; step < Math.min(count, 5000); step++)
          if (decisionOf(((input.from + step) % count) + 1) === input.decision) return (input.from + step) % count
        return null
      }),
      locate: os.pairs.locate.handler(({ input }) => input.captionId - 1),
      detail: os.pairs.detail.handler(({ input }) => ({
        id: input.sampleId,
        path: `/made-up/${input.sampleId}.jpg`,
        width: 640,
        height: 480,
        bytes: 123_456,
        format: 'jpeg',
        hash: 'h',
        duplicateOf: null,
        fault: null,
        captions: [captionOf(input.sampleId * 2 - 1), captionOf(input.sampleId * 2)],
      })),
      counts: os.pairs.counts.handler(() => ({
        decision: { undecided: count, accepted: 0, rejected: 0 },
        source: { web: count, synthetic: 0, human: 0 },
      })),
      facets: os.pairs.facets.handler(() => ({
        scorers: [{ scorer: 'abc', name: 'tiny filter', metric: 'itm', count }],
        sources: { web: count, synthetic: 0, human: 0 },
        decisions: { undecided: count, accepted: 0, rejected: 0 },
        missing: 4,
        unreadable: 3,
        duplicates: 1,
      })),
    },
    curate: {
      decide: os.curate.decide.handler(({ input: { target, decision } }) => {
        const ids =
          target.kind === 'pairs'
            ? target.captionIds
            : target.kind === 'range'
              ? Array.from({ length: target.to - target.from }, (_, at) => target.from + at + 1)
              : Array.from({ length: count }, (_, at) => at + 1)
        return record('decide', { decision }, decideAll(ids, decision))
      }),
      edit: os.curate.edit.handler(({ input }) => {
        edits.set(input.captionId, input.text)
        return { ...record('edit', {}, []), captionId: input.captionId }
      }),
      add: os.curate.add.handler(() => ({ ...record('add', {}, []), captionId: 1 })),
      swap: os.curate.swap.handler(({ input }) => {
        const other = input.captionId % 2 ? input.captionId + 1 : input.captionId - 1
        return record('swap', { captionId: input.captionId }, [
          ...decideAll([input.captionId], 'accepted'),
          ...decideAll([other], 'rejected'),
        ])
      }),
      undo: os.curate.undo.handler(() => {
        const last = operations.findLast((each) => each.state === 'done')
        return last ? swapState(last, 'undone') : { operation: null, changed: 0 }
      }),
      redo: os.curate.redo.handler(() => {
        const first = operations.find((each) => each.state === 'undone')
        return first ? swapState(first, 'done') : { operation: null, changed: 0 }
      }),
      history: os.curate.history.handler(({ input }) => operations.toReversed().slice(0, input.limit)),
    },
    ...fakeModels(os),
    capfilt: fakeCapfilt(os, captionOf),
  })
  const handler = new RPCHandler(router)

  async function fetch(request: Request): Promise<Response> {
    const url = new URL(request.url)
    if (url.pathname.startsWith('/rpc'))
      return (
        (await handler.handle(request, { prefix: '/rpc', context: {} })).response ?? new Response('', { status: 404 })
      )
    if (/^\/(thumb|picture)\//.test(url.pathname)) {
      const hue = (Number(url.pathname.split('/')[2]) * 47) % 360
      return new Response(
        `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="hsl(${hue} 55% 60%)"/><circle cx="${200 + hue / 2}" cy="240" r="120" fill="hsl(${(hue + 120) % 360} 70% 75%)"/><rect y="360" width="640" height="120" fill="hsl(${(hue + 40) % 360} 40% 40%)"/></svg>`,
        { headers: { 'Content-Type': 'image/svg+xml' } },
      )
    }
    return serveFile(
      new URL('../../build/renderer', import.meta.url).pathname,
      url.pathname === '/' ? '/index.html' : url.pathname,
    )
  }
  async function guarded(request: Request): Promise<Response> {
    const response = await fetch(request)
    response.headers.set(
      'Content-Security-Policy',
      "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    )
    return response
  }
  return { fetch: guarded, decisions, edits }
}

if (import.meta.main)
  serve({
    fetch: createFakeEngine(Number(process.argv[3] ?? 1000)).fetch,
    port: Number(process.argv[2] ?? 8123),
    hostname: '127.0.0.1',
  })
