import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from './tensor/provision/folder.ts'

// What Node makes of the source is kept, here and in the processes that start from here: half of the time to start with it.
process.env['NODE_COMPILE_CACHE'] ??= join(cacheFolder(), 'modules')
enableCompileCache(process.env['NODE_COMPILE_CACHE'])

const { runCommand } = await import('./cli/command.ts')
process.exitCode = await runCommand(process.argv.slice(2))
