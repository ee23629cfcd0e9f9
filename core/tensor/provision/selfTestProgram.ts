/** A program of its own: prints one JSON line with what the self-test of WINNOW_RUNTIME found. */
import { asFault } from '../../contract/index.ts'
import { selfTest } from './selfTest.ts'

try {
  const found = await selfTest()
  const wrong = (['gradient', 'captured', 'xla', 'bf16'] as const).filter((name) => found[name] === false)
  const fault = { code: 'self-test-failed', message: `The numbers are wrong: ${wrong.join(', ')}.` }
  console.log(JSON.stringify({ found, ...(wrong.length > 0 ? { fault } : {}) }))
} catch (error) {
  console.log(JSON.stringify({ fault: asFault(error).toJSON() }))
}
