import { expect, test } from 'vitest'
import { startProgram } from '../../../bench/harness/program.ts'

const serving = (actions: string) => [
  '--input-type=module',
  '--eval',
  `import { serve } from '${new URL('../../../bench/harness/serve.ts', import.meta.url)}'; await serve(${actions})`,
]

test('a program answers with what its action returned and how long it took', async () => {
  const program = startProgram(process.execPath, serving('{ double: ({ value }) => ({ value: 2 * value }) }'))
  const answer = await program.ask<{ value: number }>('double', { value: 21 })
  await program.close()
  expect(answer.value).toBe(42)
  expect(answer.ms).toBeGreaterThanOrEqual(0)
  expect(answer.cpuMs).toBeGreaterThanOrEqual(0)
})

test('what an action throws is told, and the program goes on', async () => {
  const actions = `{ fail() { throw new Error('no weights') }, go: () => ({}) }`
  const program = startProgram(process.execPath, serving(actions))
  await expect(program.ask('fail')).rejects.toThrow(/can't fail: .*no weights/)
  await program.ask('go')
  await program.close()
})

test('a program that ends in the middle is an error that says how it ended', async () => {
  const program = startProgram(process.execPath, serving('{ stop: () => process.exit(3) }'))
  await expect(program.ask('stop')).rejects.toThrow('it ended with code 3')
})

test('a program that is not there is an error', async () => {
  const program = startProgram('/nowhere/python', ['x.py'])
  await expect(program.ask('go')).rejects.toThrow('ENOENT')
})
