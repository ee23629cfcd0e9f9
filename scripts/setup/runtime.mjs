/** The compute runtime: two shared libraries out of TensorFlow's wheel, kept in the per-user cache. */
import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { run } from './command.mjs'
import { removeLeftovers, requireSpace } from './leftovers.mjs'
import { cacheFolder } from './places.mjs'
import { findPython } from './python.mjs'
import { done, step, warn } from './say.mjs'
import { unpackWheel } from './unpack.mjs'

const version = '2.21.0'
/** The wheel and what is unpacked from it. */
const neededBytes = 1.2e9

/** Wheels that are known to work, by platform and processor; the hash is the one the package index states. */
const wheels = {
  'linux-x64': {
    name: 'tensorflow-cpu',
    tag: 'manylinux_2_27_x86_64',
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  },
  'linux-arm64': {
    name: 'tensorflow',
    tag: 'manylinux_2_27_aarch64',
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
  },
  'darwin-arm64': {
    name: 'tensorflow',
    tag: 'macosx_12_0_arm64',
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
  },
}

/** Puts the runtime in the cache, if it is not there yet. Returns its folder, or null where none exists for this machine. */
export async function setUpRuntime() {
  if (process.env.WINNOW_TENSORFLOW) return process.env.WINNOW_TENSORFLOW
  const wheel = wheels[`${process.platform}-${process.arch}`]
  if (!wheel) {
    warn(
      `No compute runtime is known for ${process.platform} ${process.arch}. Browsing and curation work; training and captioning do not.`,
    )
    return null
  }
  const folder = join(cacheFolder(), `tensorflow-cpu-${version}`)
  if (runtimeComplete(folder, wheel.sha256)) return folder
  requireSpace(cacheFolder(), neededBytes)
  removeLeftovers(folder)
  const file = await download(wheel)
  await unpack(file, folder, wheel.sha256)
  rmSync(file)
  done(`Compute runtime ready in ${folder}`)
  return folder
}

/** Whether the folder holds what its own record says, from the wheel with this hash. */
export function runtimeComplete(folder, sha256) {
  const record = join(folder, 'installed.json')
  if (!existsSync(record)) return false
  const { wheel, files } = JSON.parse(readFileSync(record, 'utf8'))
  return (
    wheel === sha256 && Object.entries(files).every(([name, sizeBytes]) => sizeOf(join(folder, name)) === sizeBytes)
  )
}

function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size
}

/** A finished download stays until it is unpacked, so that an interrupted unpacking does not download again. */
async function download({ name, tag, sha256 }) {
  const folder = join(cacheFolder(), 'downloads')
  mkdirSync(folder, { recursive: true })
  const kept = findWheel(folder, name)
  if (kept && (await hashFile(kept)) === sha256) return kept
  if (kept) rmSync(kept)
  step(`Downloading the compute runtime: ${name} ${version} (270 MB)`)
  await pipDownload(`${name}==${version}`, tag, folder)
  const file = findWheel(folder, name)
  if (!file) throw new Error(`pip reported success, but there is no ${name} wheel in ${folder}.`)
  if ((await hashFile(file)) !== sha256) {
    rmSync(file)
    throw new Error(
      `The ${name} wheel does not have the expected SHA-256, so it was deleted. Start again; if it stays so, look at pip's index settings.`,
    )
  }
  return file
}

async function pipDownload(requirement, tag, folder) {
  const python = await findPython()
  const { output: help } = await run(python, ['-m', 'pip', 'download', '--help'], { capture: true })
  // Only pip 25.1 and later can go on with a connection that broke off in the middle.
  const resume = help.includes('--resume-retries') ? ['--resume-retries', '10'] : []
  const target = [
    '--only-binary=:all:',
    '--implementation',
    'cp',
    '--abi',
    'cp312',
    '--python-version',
    '3.12',
    '--platform',
    tag,
  ]
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--disable-pip-version-check',
    '--retries',
    '5',
    ...resume,
    ...target,
    '--dest',
    folder,
    requirement,
  ]
  const { code } = await run(python, args)
  if (code !== 0) {
    throw new Error(
      'pip could not download the compute runtime. Look at its message above. With an existing copy, set WINNOW_TENSORFLOW to the folder that holds libtensorflow_cc and libtensorflow_framework.',
    )
  }
}

function findWheel(folder, name) {
  const prefix = `${name.replaceAll('-', '_')}-${version}-`
  const file = readdirSync(folder).find((entry) => entry.startsWith(prefix) && entry.endsWith('.whl'))
  return file && join(folder, file)
}

async function hashFile(path) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** Unpacks beside the final place and renames: the folder is either whole or absent. */
async function unpack(wheel, folder, sha256) {
  step('Unpacking two libraries (850 MB)')
  const part = `${folder}.part-${process.pid}`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  try {
    await unpackWheel(wheel, part, sha256)
    rmSync(folder, { recursive: true, force: true })
    renameSync(part, folder)
  } catch (error) {
    rmSync(part, { recursive: true, force: true })
    throw error
  }
}
