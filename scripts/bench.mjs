/** `npm run bench -- <name> [--json] [--quick]`: runs bench/<name>.ts; without a name it lists what there is. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './setup/command.mjs'
import { nodeBinary, root } from './setup/places.mjs'

const [name, ...args] = process.argv.slice(2)
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))

if (!name || !names.includes(name) || !existsSync(nodeBinary())) {
  console.error(`Usage: npm run bench -- <${names.sort().join(' | ')}> [--json] [--quick]`)
  process.exitCode = 2
} else {
  const { code } = await run(nodeBinary(), [join('bench', `${name}.ts`), ...args])
  process.exitCode = code
}
