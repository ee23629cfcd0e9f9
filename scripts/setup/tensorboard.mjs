/** TensorBoard's own reader of event files, for tests only. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.mjs'
import { cacheFolder } from './places.mjs'
import { findPython } from './python.mjs'

const packages = ['tensorboard==2.21.0', 'protobuf==7.36.2', 'numpy', 'absl-py', 'packaging']

/** Puts it in the cache; returns the folder for PYTHONPATH. */
export async function setUpTensorBoard() {
  const folder = join(cacheFolder(), 'tensorboard-for-tests-2.21.0')
  if (existsSync(folder)) return folder
  const part = `${folder}.part-${process.pid}`
  rmSync(part, { recursive: true, force: true })
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps', '--target', part]
  const { code } = await run(await findPython(), ['-m', 'pip', 'install', ...quiet, ...packages])
  if (code !== 0) return null
  rmSync(folder, { recursive: true, force: true })
  renameSync(part, folder)
  return folder
}
