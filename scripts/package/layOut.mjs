/** Copies what a packaged engine needs to build/package: engine/ (its sources, data and packages), node/ (its own Node) and bin/ (the command). */
import { cpSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { buildFolder, nodeBinary, root } from '../setup/places.mjs'

const target = join(buildFolder, 'package')
const engine = join(target, 'engine')

export function layOut() {
  rmSync(target, { recursive: true, force: true })
  for (const path of ['core', 'resources', 'build/renderer', 'package.json', 'LICENSE']) copy(path)
  productionPackages().forEach(copy)
  const command = process.platform === 'win32' ? 'winnow.cmd' : 'winnow'
  cpSync(join(root, 'scripts', 'package', 'bin', command), join(target, 'bin', command))
  const node = join(target, 'node', basename(nodeBinary()))
  mkdirSync(dirname(node), { recursive: true })
  linkSync(nodeBinary(), node)
}

function copy(path) {
  cpSync(join(root, path), join(engine, path), {
    recursive: true,
    filter: (source) => !source.endsWith('tsconfig.json'),
  })
}

/** Folders of the packages that the lock file marks as needed in production; Node itself is shipped outside of them. */
function productionPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return Object.entries(packages)
    .filter(
      ([path, entry]) =>
        path !== '' && !entry.dev && !entry.devOptional && !/^node_modules\/node(-bin-setup)?(\/|$)/.test(path),
    )
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)))
}
