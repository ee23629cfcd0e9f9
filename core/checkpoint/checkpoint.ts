import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readVocabulary } from '../text/vocabulary.ts'
import { checkParameters, type HostTensors } from '../model/parameters.ts'
import type { Shape } from '../model/shape.ts'
import { fingerprint, writeFolder, writeSynced } from './durable.ts'
import { checkpointHash, corrupt, manifestFile, readManifest, type Lineage, type Manifest } from './manifest.ts'
import { openSafetensors, readSafetensors, writeSafetensors } from './safetensors.ts'

const modelFile = 'model.safetensors'
const optimiserFile = 'optimiser.safetensors'
const stateFile = 'state.json'
const vocabularyFile = 'vocab.txt'

export interface CheckpointContent {
  name: string
  shape: Shape
  vocabulary: string[]
  parameters: HostTensors
  /** Moments and whatever else training needs to go on; under the trainer's own names. */
  optimiser?: HostTensors
  /** Counters, generator states and the like, as JSON. */
  state?: unknown
  recipe?: Record<string, unknown> | null
  step: number
  lineage?: Partial<Lineage>
}

export interface VerifiedCheckpoint {
  hash: string
  manifest: Manifest
}

/**
 * Writes a checkpoint folder that is whole or absent (see `writeFolder`); one of the same name is replaced.
 * @throws Fault `parameter-missing` or `parameter-shape` if the parameters don't fit the shape
 */
export async function writeCheckpoint(folder: string, content: CheckpointContent): Promise<VerifiedCheckpoint> {
  checkParameters(content.shape, content.parameters, folder)
  let manifest!: Manifest
  await writeFolder(folder, async (temporary) => {
    const names = await writeFiles(temporary, content)
    manifest = await describe(temporary, names, content)
    await writeSynced(join(temporary, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`)
  })
  return { hash: checkpointHash(manifest), manifest }
}

/**
 * Compares every file of a checkpoint with its manifest.
 * @throws Fault `checkpoint-corrupt` that names the file, or `not-found`
 */
export async function verifyCheckpoint(folder: string): Promise<VerifiedCheckpoint> {
  const manifest = await readManifest(folder)
  for (const [name, expected] of Object.entries(manifest.files)) {
    const path = join(folder, name)
    const size = await stat(path).then(
      (found) => found.size,
      () => -1,
    )
    if (size === -1) throw corrupt(path, `The file ${name} is missing.`)
    if (size !== expected.size) throw corrupt(path, `The file ${name} has ${size} bytes instead of ${expected.size}.`)
    const { sha256 } = await fingerprint(path)
    if (sha256 !== expected.sha256) throw corrupt(path, `The file ${name} was changed or damaged.`)
  }
  if (!manifest.files[modelFile]) throw corrupt(folder, `It has no ${modelFile}.`)
  return { hash: checkpointHash(manifest), manifest }
}

export interface LoadedCheckpoint extends VerifiedCheckpoint {
  shape: Shape
  vocabulary: string[]
  tensors: HostTensors
}

/** Verifies a checkpoint and reads its model. */
export async function loadCheckpoint(folder: string): Promise<LoadedCheckpoint> {
  const verified = await verifyCheckpoint(folder)
  const { shape } = verified.manifest
  const tensors = await loadParameters(folder, shape)
  return { ...verified, shape, vocabulary: readVocabulary(join(folder, vocabularyFile)), tensors }
}

/**
 * Reads a checkpoint's parameters as those of a given shape.
 * @throws Fault `parameter-shape` (names the tensor, the expected and the given shape), `parameter-missing`,
 * `parameter-unknown` or `safetensors-invalid`
 */
export async function loadParameters(folder: string, shape: Shape): Promise<HostTensors> {
  const path = join(folder, modelFile)
  await using file = await openSafetensors(path)
  // Shapes are compared before any data is read, so that a wrong model costs nothing.
  checkParameters(shape, Object.fromEntries(file.entries), path)
  const tensors: HostTensors = {}
  for (const name of file.entries.keys()) tensors[name] = await file.read(name)
  return tensors
}

/** The optimiser's tensors, or null for a checkpoint that is only a model. */
export async function loadOptimiser(folder: string): Promise<HostTensors | null> {
  const path = join(folder, optimiserFile)
  return existsSync(path) ? readSafetensors(path) : null
}

/** The trainer's own state as it was given, or null. */
export async function loadState(folder: string): Promise<unknown> {
  const path = join(folder, stateFile)
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : null
}

async function writeFiles(folder: string, content: CheckpointContent): Promise<string[]> {
  const names = [modelFile, vocabularyFile]
  await writeSafetensors(join(folder, modelFile), content.parameters)
  await writeSynced(join(folder, vocabularyFile), `${content.vocabulary.join('\n')}\n`)
  if (content.optimiser) {
    await writeSafetensors(join(folder, optimiserFile), content.optimiser)
    names.push(optimiserFile)
  }
  if (content.state !== undefined) {
    await writeSynced(join(folder, stateFile), JSON.stringify(content.state))
    names.push(stateFile)
  }
  return names
}

async function describe(folder: string, names: string[], content: CheckpointContent): Promise<Manifest> {
  const files: Manifest['files'] = {}
  for (const name of names) files[name] = await fingerprint(join(folder, name))
  const { name, shape, recipe = null, step } = content
  const lineage = { run: null, parent: null, snapshot: null, ...content.lineage }
  return { format: 1, name, shape, recipe, step, lineage, createdAt: new Date().toISOString(), files }
}
