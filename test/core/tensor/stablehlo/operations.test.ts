import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { hostInputs } from '../../../../core/tensor/stablehlo/index.ts'
import { table } from '../../../../core/tensor/stablehlo/table.ts'
import { testPlugin } from '../support/plugin.ts'
import { cases } from './cases/all.ts'
import { disagreement, type Outcome, type Recording, type Witness } from './support/outcome.ts'

// One process holds one tfjs engine, so each witness runs all cases in a process of its own.
const program = join(import.meta.dirname, 'support', 'record.ts')
const plugin = testPlugin()

async function record(witness: Witness): Promise<Recording> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, witness], {
    maxBuffer: 64 * 2 ** 20,
    env: { ...process.env, ...(plugin && { WINNOW_PJRT_PLUGIN: plugin }) },
  })
  return JSON.parse(stdout) as Recording
}

describe.skipIf(!plugin)('operations compiled for a PJRT plugin', () => {
  let compiled: Recording
  let native: Recording
  let javascript: Recording

  beforeAll(async () => {
    ;[compiled, [native, javascript]] = await Promise.all([
      record('pjrt'),
      Promise.all([record('libtensorflow'), record('javascript')]),
    ])
  }, 180_000)

  test.each(cases)('$name: as libtensorflow', ({ name, tolerance = 1e-5 }) => {
    expect(disagreement(outcomes(compiled, name), outcomes(native, name), tolerance)).toBeNull()
  })

  const comparable = cases.filter((example) => example.javascript !== 'nothing')

  test.each(comparable)("$name: as tfjs's own CPU backend", ({ name, tolerance = 1e-5, javascript: part }) => {
    const wanted = outcomes(compiled, name).filter((outcome) => part !== 'values' || outcome.name.startsWith('result'))
    expect(disagreement(wanted, outcomes(javascript, name), tolerance)).toBeNull()
  })

  test('the cases use every operation that can be compiled', () => {
    expect(Object.keys(table).filter((name) => !compiled.operations.includes(name))).toEqual([])
  })
})

function outcomes(recorded: Recording, name: string): Outcome[] {
  const found = recorded.cases[name]
  if (Array.isArray(found)) return found
  throw new Error(found ?? `${name} was not recorded`)
}

test('cases have names of their own', () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
})

test('operations tell which inputs must be known beforehand', () => {
  expect(hostInputs('Reshape')).toEqual([1])
  expect(hostInputs('ConcatV2')).toEqual([-1])
  expect(hostInputs('MatMul')).toEqual([])
  expect(hostInputs('toString')).toEqual([])
  expect(Object.keys(table).length).toBeGreaterThan(150)
})
