import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCheckpoint } from '../../core/checkpoint/index.ts'
import { clientOf, type Client } from '../../core/cli/session.ts'
import { writeWebp } from '../../core/image/compose.ts'
import { initialise } from '../../core/model/initialise.ts'
import { parseShape } from '../../core/model/families.ts'
import { createEngine, type Engine, type EngineOptions } from '../../core/server/engine.ts'
import { specialTokens, withBlipTokens } from '../../core/text/vocabulary.ts'

export const fakeWorker = fileURLToPath(new URL('fake-worker.ts', import.meta.url))

export interface TestEngine {
  engine: Engine
  client: Client
  /** Everything of the test lies here and goes with it. */
  root: string
  project: string
  close(): Promise<void>
}

/** A real engine on an empty temporary project, with a worker that only speaks the protocol. */
export async function testEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const root = mkdtempSync(join(tmpdir(), 'winnow-test-'))
  const engine = createEngine({
    user: join(root, 'user'),
    ui: join(root, 'ui'),
    worker: { program: fakeWorker, onStderr: () => {} },
    ...options,
  })
  const client = clientOf(engine)
  const project = join(root, 'project')
  await client.project.open({ folder: project, create: true })
  const close = async () => {
    await engine.stop()
    rmSync(root, { recursive: true, force: true })
  }
  return { engine, client, root, project, close }
}

/** A folder of small single-coloured pictures with a caption file each, and one file that is no picture. */
export async function makePairs(root: string, count: number): Promise<string> {
  const folder = join(root, 'pairs')
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < count; index += 1) {
    const data = new Uint8Array(3 * 64).fill(1 + ((index * 37) % 250))
    data[0] = index % 256
    data[1] = index >> 8
    await writeWebp(join(folder, `p${index}.webp`), { data, width: 8, height: 8 }, 100)
    writeFileSync(join(folder, `p${index}.txt`), `a grey square number ${index}\n`)
  }
  writeFileSync(join(folder, 'broken.jpg'), 'this is no picture')
  writeFileSync(join(folder, 'broken.txt'), 'a picture that is none\n')
  return folder
}

/** Writes a checkpoint of a model of a few thousand parameters. */
export async function makeCheckpoint(root: string, name = 'small'): Promise<string> {
  const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'grey', 'square', 'number']
  const vocabulary = withBlipTokens(words, 'test')
  const shape = parseShape({
    name: 'test',
    image: { size: 16, patch: 8, width: 8, depth: 1, heads: 2, inner: 16 },
    text: {
      vocabularySize: vocabulary.length,
      tokens: specialTokens(vocabulary),
      width: 8,
      depth: 1,
      heads: 2,
      inner: 16,
      context: 12,
    },
    embed: 8,
  })
  const folder = join(root, 'checkpoints', name)
  await writeCheckpoint(folder, { name, shape, vocabulary, parameters: initialise(shape, 1), step: 0 })
  return folder
}

/** Waits until a job has ended, whatever way. */
export async function ended({ engine }: TestEngine, job: string) {
  return engine.desk.opened().queue.ended(job)
}

export const everything = { text: '', sort: { by: 'order', direction: 'ascending' } } as const
