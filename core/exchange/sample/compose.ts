import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../contract/fault.ts'
import { writeWebp } from '../../image/compose.ts'
import { grammar, grammarText, spriteFile } from './grammar.ts'
import { paintScene } from './paint.ts'
import { planSample } from './plan.ts'
import type { Counts, Planned, SetName } from './plan.ts'
import { loadSprites } from './sprites.ts'
import type { Sprites } from './sprites.ts'

export interface ComposeOptions extends Partial<Counts> {
  seed?: number
  signal?: AbortSignal
  progress?: (state: { done: number; total: number }) => void
}

export interface ComposedSample {
  folder: string
  images: string
  human: string
  web: string
  heldOutCombo: string
  heldOutVendor: string
  truth: string
  /** Pictures in all sets. */
  total: number
  /** Pictures painted by this call: 0 where the sample was there already. */
  painted: number
}

/** One line of the JSON lines files; `path` is relative to the folder of the file. */
export interface SampleLine {
  path: string
  caption: string
}

const sets: SetName[] = ['human', 'web', 'held-out-combo', 'held-out-vendor']
const MANIFEST = 'composed.json'
const UNFINISHED = 'composing.json'
/** Pictures encoded at a time; more only fills memory. */
const LANES = 8

/**
 * Writes the source data of the sample project: `images/`, one JSON lines file per set, and `truth.json`.
 * A finished sample is left as it is; an unfinished one goes on with the pictures that are missing;
 * other seeds, counts or drawings replace what was composed before. Rejects with the signal's reason when stopped.
 */
export async function composeSample(folder: string, options: ComposeOptions = {}): Promise<ComposedSample> {
  const {
    seed = 0,
    human = grammar.counted.human,
    web = grammar.counted.web,
    heldOut = grammar.counted.heldOut,
  } = options
  const files = filesOf(folder, human + web + 2 * heldOut)
  const key = await sampleKey({ seed, human, web, heldOut })
  if ((await keyIn(folder, MANIFEST)) === key) {
    options.progress?.({ done: files.total, total: files.total })
    return files
  }
  await prepare(folder, key)
  const plan = planSample(seed, { human, web, heldOut })
  const painted = await paintAll(folder, Object.values(plan).flat(), options)
  await writeLists(folder, plan)
  await rename(join(folder, UNFINISHED), join(folder, MANIFEST))
  return { ...files, painted }
}

function filesOf(folder: string, total: number): ComposedSample {
  const [human, web, heldOutCombo, heldOutVendor] = sets.map((name) => join(folder, `${name}.jsonl`)) as [
    string,
    string,
    string,
    string,
  ]
  const truth = join(folder, 'truth.json')
  return { folder, images: join(folder, 'images'), human, web, heldOutCombo, heldOutVendor, truth, total, painted: 0 }
}

/** Tells samples apart: same key, same pictures and captions. */
async function sampleKey(options: Counts & { seed: number }): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(options)).update(grammarText)
  for (const vendor of [...grammar.vendors.training, grammar.vendors.heldOut])
    hash.update(await readFile(spriteFile(vendor)))
  return hash.digest('hex')
}

async function keyIn(folder: string, name: string): Promise<string | null> {
  try {
    return JSON.parse(await readFile(join(folder, name), 'utf8')).key
  } catch {
    return null
  }
}

/**
 * Keeps the pictures of an unfinished run of the same sample and clears those of another one.
 * Fault `folder-in-use` where the folder holds pictures that no sample was composed of.
 */
async function prepare(folder: string, key: string): Promise<void> {
  const images = join(folder, 'images')
  await mkdir(images, { recursive: true })
  if (await keyIn(folder, MANIFEST)) await rename(join(folder, MANIFEST), join(folder, UNFINISHED))
  const begun = await keyIn(folder, UNFINISHED)
  if (!begun && (await readdir(images)).length > 0) {
    const hint = 'Choose an empty folder.'
    throw new Fault('folder-in-use', 'The folder already has an "images" folder with other pictures.', {
      subject: folder,
      hint,
    })
  }
  if (begun && begun !== key) {
    await rm(images, { recursive: true })
    await mkdir(images)
  }
  await writeWhole(join(folder, UNFINISHED), JSON.stringify({ key, version: grammar.version }))
}

async function paintAll(folder: string, pictures: Planned[], { signal, progress }: ComposeOptions): Promise<number> {
  const sprites = await loadSprites()
  const there = new Set((await readdir(join(folder, 'images'))).map((name) => `images/${name}`))
  const missing = pictures.filter(({ path }) => !there.has(path))
  let next = 0
  let done = pictures.length - missing.length
  const stop = new AbortController()
  const stopped = AbortSignal.any(signal ? [signal, stop.signal] : [stop.signal])
  const lane = async () => {
    while (next < missing.length) {
      stopped.throwIfAborted()
      await paint(folder, missing[next++]!, sprites)
      progress?.({ done: ++done, total: pictures.length })
    }
  }
  progress?.({ done, total: pictures.length })
  const lanes = Array.from({ length: LANES }, () => lane().catch((reason) => stop.abort(reason)))
  // Waits for all lanes: a call that has ended must not leave one behind that still writes.
  await Promise.all(lanes)
  stopped.throwIfAborted()
  return missing.length
}

/** The name appears when the picture is whole. It doesn't wait for the disk: a lost picture can be painted again. */
async function paint(folder: string, { path, scene }: Planned, sprites: Sprites): Promise<void> {
  const file = join(folder, path)
  const pixels = { data: paintScene(scene, sprites), width: grammar.size, height: grammar.size }
  await writeWebp(`${file}.part`, pixels, grammar.quality)
  await rename(`${file}.part`, file)
}

async function writeLists(folder: string, plan: Record<SetName, Planned[]>): Promise<void> {
  for (const name of sets) {
    const lines = plan[name].map(({ path, caption }): string => JSON.stringify({ path, caption } satisfies SampleLine))
    await writeWhole(join(folder, `${name}.jsonl`), `${lines.join('\n')}\n`)
  }
  const truth = Object.values(plan)
    .flat()
    .map(({ path, kind, scene: { things, colour, size, relation } }) => [
      path,
      { kind, things, colour, size, relation },
    ])
  await writeWhole(join(folder, 'truth.json'), JSON.stringify(Object.fromEntries(truth)))
}

/** A file appears whole or not at all. */
async function writeWhole(file: string, content: string): Promise<void> {
  const handle = await open(`${file}.part`, 'w')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.part`, file)
}
