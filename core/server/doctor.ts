import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asFault, Fault, faultFrom, type DoctorReport, type GpuReport } from '../contract/index.ts'
import { checkRuntime } from '../jobs/runtime.ts'
import { openProject } from '../store/project.ts'
import { runtimeFolder } from '../tensor/provision/folder.ts'
import { runSelfTest } from '../tensor/provision/selfTestProcess.ts'
import { checkedGpu } from './gpu.ts'
import { programFolder, userFolder } from './places.ts'

type Check = DoctorReport['checks'][number]

/** Looks at everything Winnow needs on this machine, and says what to do about each problem. */
export async function doctor(folder: string | null): Promise<DoctorReport> {
  const place = folder ?? userFolder()
  const gpu = await checkedGpu()
  const checks = [
    await check('node', checkNode),
    await check('runtime', checkRuntimeFolder),
    await check('self-test', checkTensor),
    await check('gpu', () => checkGpu(gpu)),
    await check('electron', checkElectron),
    await check('disk', () => checkDisk(place)),
    await check('images', checkImages),
    await check('database', checkDatabase),
  ]
  // Without a window the engine still serves the browser, and without a GPU the CPU computes.
  return { ok: checks.every(({ ok, name }) => ok || name === 'electron' || name === 'gpu'), checks, gpu }
}

async function check(name: Check['name'], work: () => string | Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, found: await work(), fault: null }
  } catch (error) {
    const fault = asFault(error)
    return { name, ok: false, found: fault.subject ?? '', fault: fault.toJSON() }
  }
}

function checkNode(): string {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 22) return process.version
  throw new Fault('node-old', `The engine runs on Node ${process.version}; it needs 22 or newer.`, {
    hint: 'Start it with `npm run winnow`, which uses the Node that comes with it.',
  })
}

function checkRuntimeFolder(): string {
  checkRuntime()
  return runtimeFolder()
}

/** A gradient and a captured step, in a process of its own: a broken library must not take the engine with it. */
async function checkTensor(): Promise<string> {
  const { version, devices } = await runSelfTest({ WINNOW_RUNTIME: 'libtensorflow' })
  return `${version}, ${devices.map(({ name }) => name).join(', ')}; gradient and captured step right`
}

function checkGpu({ cards, state, plugin, device, downloadBytes, fault }: GpuReport): string {
  if (fault && fault.code !== 'gpu-none') throw faultFrom({ ...fault, subject: fault.subject ?? listOf(cards) })
  if (cards.length === 0 && !device) return 'none; the CPU computes'
  if (state === 'ready') return [listOf(cards), `${plugin} works on ${device}`].filter(Boolean).join('; ')
  throw new Fault('gpu-not-installed', 'The GPU isn’t used yet; the CPU computes.', {
    subject: listOf(cards),
    hint: `Run \`winnow doctor --install-gpu\`: it downloads ${plugin} (${(downloadBytes / 1e9).toFixed(1)} GB). No CUDA toolkit is needed.`,
  })
}

function listOf(cards: GpuReport['cards']): string {
  return cards
    .map(({ name, memoryBytes, driver }) =>
      [name, memoryBytes && `${(memoryBytes / 2 ** 30).toFixed(0)} GiB`, driver && `driver ${driver}`]
        .filter(Boolean)
        .join(', '),
    )
    .join('; ')
}

/** Writes a small WebP and reads it back. */
async function checkImages(): Promise<string> {
  const { decodePixels, writeWebp } = await import('../image/compose.ts')
  const folder = mkdtempSync(join(tmpdir(), 'winnow-doctor-'))
  try {
    const file = join(folder, 'white.webp')
    await writeWebp(file, { data: new Uint8Array(3 * 16).fill(255), width: 4, height: 4 }, 90)
    const { width, height, data } = await decodePixels(file)
    if (width !== 4 || height !== 4 || (data[0] ?? 0) < 250)
      throw new Fault('images-wrong', 'The image library decodes wrongly.')
    return 'WebP is written and read back'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function checkElectron(): string {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? programFolder('node_modules/electron/dist')
  const names = ['electron', 'electron.exe', 'Electron.app']
  const found = names.map((name) => join(folder, name)).find(existsSync)
  if (found) return found
  throw new Fault('electron-missing', 'There is no Electron binary; the workbench opens in the browser instead.', {
    subject: folder,
    hint: 'Run `npm start` where it can be downloaded, or point ELECTRON_OVERRIDE_DIST_PATH to a copy.',
  })
}

async function checkDisk(folder: string): Promise<string> {
  const { bavail, bsize } = await statfs(existing(folder))
  const free = bavail * bsize
  const found = `${(free / 1e9).toFixed(1)} GB free in ${folder}`
  if (free > 2e9) return found
  throw new Fault('disk-short', 'There is less than 2 GB of free space.', {
    subject: found,
    hint: 'Free some space before you train or import.',
  })
}

function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(join(folder, '..'))
}

function checkDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-doctor-'))
  try {
    const project = openProject(folder, { create: true })
    project.close()
    return 'SQLite opens, writes and closes'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
