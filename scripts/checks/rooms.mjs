/** Checks that every import points in an allowed direction, and that each native library has one user. See docs/architecture.md. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import ts from 'typescript'

/** Each room of core may import from the rooms before it. */
export const order = [
  'contract',
  'store',
  'image',
  'text',
  'tensor',
  'model',
  'objective',
  'checkpoint',
  'train',
  'score',
  'evaluate',
  'curate',
  'exchange',
  'jobs',
  'server',
  'cli',
]

/** Packages with a single door. */
const doors = [
  { package: 'better-sqlite3', room: 'core/store' },
  { package: 'sharp', room: 'core/image' },
  { package: 'koffi', room: 'core/tensor/ffi' },
]

const shellOnly = /^(vue|vue-.*|@vue\/.*|@nuxt\/.*|pinia|@pinia\/.*|electron|electron\/.*)$/
const sql =
  /^\s*(SELECT\s[\s\S]+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX|TRIGGER|VIEW)\s|ALTER\s+TABLE\s|PRAGMA\s)/

/** Walks core, electron and renderer below `root`. Returns one line for each fault, sorted; none when all is well. */
export function findRoomFaults(root) {
  const files = ['core', 'electron', 'renderer'].flatMap((world) => sourcesBelow(root, world))
  return files.flatMap((file) => checkFile(file, readFileSync(join(root, file), 'utf8'))).sort()
}

/** The faults of one file, given its path from the root with forward slashes. */
export function checkFile(file, text) {
  const code = file.endsWith('.vue') ? scriptsOf(text) : text
  const { importedFiles } = ts.preProcessFile(code, true, true)
  const faults = importedFiles.map(({ fileName }) => checkImport(file, fileName)).filter(Boolean)
  if (file.startsWith('core/') && !file.startsWith('core/store/') && holdsSql(code))
    faults.push('holds SQL, which belongs in core/store')
  return faults.map((fault) => `${file}: ${fault}`)
}

function checkImport(file, name) {
  if (!name.startsWith('.')) return checkPackage(file, name)
  const target = relative(resolve('.'), resolve(dirname(file), name))
    .split(sep)
    .join('/')
  const [world, room] = file.split('/')
  const [targetWorld, targetRoom] = target.split('/')
  if (world === 'core') return checkCore(room, targetWorld, targetRoom, target)
  if (targetWorld === world || target === 'package.json') return null
  if (targetWorld === 'resources') return null
  return target.startsWith('core/contract/')
    ? null
    : `imports ${target}; outside its own room it may import only core/contract`
}

function checkCore(room, targetWorld, targetRoom, target) {
  if (targetWorld === 'resources' || target === 'package.json') return null
  if (targetWorld !== 'core') return `imports ${target}; core may not reach outside itself`
  // Files beside the rooms, such as cli.ts, stand after all of them.
  const own = room.includes('.') ? order.length : order.indexOf(room)
  const other = targetRoom.includes('.') ? order.length : order.indexOf(targetRoom)
  if (own < 0) return `lies in core/${room}, which is not a room`
  if (other < 0) return `imports ${target}, which is not in a room`
  return other <= own ? null : `imports ${target}; core/${room} comes before core/${targetRoom}`
}

function checkPackage(file, name) {
  const door = doors.find((entry) => name === entry.package || name.startsWith(`${entry.package}/`))
  if (door && !file.startsWith(`${door.room}/`)) return `imports ${name}; only ${door.room} may`
  if (file.startsWith('core/') && shellOnly.test(name)) return `imports ${name}; core knows neither Vue nor Electron`
  if (file.startsWith('core/contract/') && !/^(zod|@orpc\/contract|@orpc\/zod)(\/|$)/.test(name))
    return `imports ${name}; the contract imports only the schema library`
  const inPage = file.startsWith('renderer/') && !file.startsWith('renderer/vite.config')
  if (inPage && (name.startsWith('node:') || name === 'electron')) return `imports ${name}; pages run in a browser`
  return null
}

function holdsSql(code) {
  const scanner = ts.createSourceFile('x.ts', code, ts.ScriptTarget.Latest)
  let found = false
  scanner.forEachChild(function visit(node) {
    const literal = ts.isStringLiteralLike(node) || ts.isTemplateHead(node)
    if (literal && sql.test(node.text)) found = true
    if (!found) node.forEachChild(visit)
  })
  return found
}

function scriptsOf(vue) {
  return [...vue.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => code).join('\n')
}

function sourcesBelow(root, world) {
  return readdirSync(join(root, world), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue|mts|js|mjs)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
}
