/** The checks that come before the tests; each counts as one. */
import { join } from 'node:path'
import { run } from '../setup/command.mjs'
import { nodeBinary, root } from '../setup/places.mjs'
import { fail, done, step } from '../setup/say.mjs'

const bin = (name) => join(root, 'node_modules', '.bin', name)

/** Each takes no argument and resolves to `{ name, passed, failed }`. */
export const checkSteps = [
  check('format', bin('oxfmt'), ['--check']),
  check('lint', bin('oxlint'), []),
  check('rooms', nodeBinary(), ['scripts/checks/all.mjs']),
  ...['core', 'electron', 'renderer', 'test'].map((world) => check(`types of ${world}`, bin('vue-tsc'), ['-p', world])),
]

function check(name, program, args) {
  return async () => {
    step(`Checking ${name}`)
    const { code, output } = await run(program, args, { capture: true })
    if (code === 0) {
      done(name)
      return { name, passed: 1, failed: 0 }
    }
    console.log(output)
    fail(`${name} failed. Run by hand: ${[program, ...args].join(' ').replaceAll(`${root}/`, '')}`)
    return { name, passed: 0, failed: 1 }
  }
}
