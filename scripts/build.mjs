/** `npm run build`: builds the window's pages and the desktop shell anew. */
import { setUpBuild } from './setup/build.mjs'
import { setUpDependencies } from './setup/dependencies.mjs'
import { fail } from './setup/say.mjs'

try {
  await setUpDependencies()
  await setUpBuild({ force: true })
} catch (error) {
  fail(error.message)
  process.exitCode = 1
}
