/** `npm run bench -- <name> [--json] [--quick]`: runs bench/<name>.ts; without a name it lists what there is. */
import { join } from 'node:path'
import { run } from './setup/command.mjs'
import { nodeBinary } from './setup/places.mjs'

const program = join('bench', 'run.ts')
const { code } = await run(nodeBinary(), ['--disable-warning=DEP0044', program, ...process.argv.slice(2)])
process.exitCode = code
