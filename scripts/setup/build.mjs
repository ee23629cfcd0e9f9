/** Builds the window's pages and the desktop shell when their sources changed. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { run } from './command.mjs'
import { buildFolder, nodeBinary, root } from './places.mjs'
import { done, step } from './say.mjs'

const builds = [
  {
    name: 'renderer',
    text: 'the window’s pages',
    sources: ['renderer', 'core/contract', 'package-lock.json'],
    runs: [['--config', 'renderer/vite.config.ts']],
    output: 'renderer/index.html',
  },
  {
    name: 'electron',
    text: 'the desktop shell',
    sources: ['electron', 'core/contract', 'package-lock.json'],
    // Two runs: a sandboxed preload can't load a second file, so it must not share a chunk with main.
    runs: ['main', 'preload'].map((mode) => ['--config', 'electron/vite.config.ts', '--mode', mode]),
    output: 'electron/main.cjs',
  },
]

/** Runs each build whose sources differ from the last time. `force` runs all. */
export async function setUpBuild({ force = false } = {}) {
  for (const build of builds) {
    const stamp = hashSources(build.sources)
    const stampFile = join(buildFolder, `${build.name}.stamp`)
    if (!force && upToDate(build, stampFile, stamp)) continue
    step(`Building ${build.text}`)
    for (const args of build.runs) await runVite(args)
    mkdirSync(buildFolder, { recursive: true })
    writeFileSync(stampFile, stamp)
    done(`Built ${build.text}`)
  }
}

function upToDate({ output }, stampFile, stamp) {
  return existsSync(join(buildFolder, output)) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
}

async function runVite(args) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const { code, output } = await run(nodeBinary(), [vite, 'build', '--logLevel', 'warn', ...args], { capture: true })
  if (code !== 0) throw new Error(`vite build ${args.join(' ')} failed:\n${output}`)
}

function hashSources(sources) {
  const hash = createHash('sha256')
  for (const file of sources.flatMap((source) => listFiles(source)))
    hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

function listFiles(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !(entry.parentPath ?? entry.path).split(sep).includes('node_modules'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort()
}
