import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Run } from '../../../core/contract/index.ts'
import { drawnSteps, inputsOf } from '../../../core/jobs/drawn.ts'
import { insertRun } from '../../../core/store/runs.ts'
import { testEngine, type TestEngine } from '../../support/engine.ts'

const run = {
  ...{ id: 'r1', job: 'j1', name: 'drawn', recipe: 'gan', knobs: {}, start: null, shape: 'gan-tiny', snapshot: 's' },
  ...{ query: '', pairs: 8, heldOutPairs: 0, state: 'finished', step: 100, steps: 100, endedAt: null },
  ...{ createdAt: '2026-01-02T10:00:00Z', checkpoint: null, fault: null },
} satisfies Run
const given = { step: 0, size: 8, columns: 8, captions: ['a cat'] }
let test: TestEngine

beforeAll(async () => {
  test = await testEngine()
  insertRun(test.engine.desk.opened().project, run)
  const folder = join(test.project, 'runs', 'r1', 'pictures')
  mkdirSync(folder, { recursive: true })
  for (const name of ['grid-step-9.png', 'grid-step-100.png', 'other-step-3.png', 'grid-step-4.txt'])
    writeFileSync(join(folder, name), name)
  writeFileSync(join(test.project, 'grid-step-1.png'), 'secret')
  const inputs = join(test.project, 'runs', 'r1', 'inputs')
  mkdirSync(inputs)
  writeFileSync(join(inputs, 'pictures.png'), 'pictures')
  writeFileSync(join(inputs, 'inputs.json'), JSON.stringify(given))
})
afterAll(() => test.close())

const ask = (path: string) => test.engine.handler(new Request(`http://localhost${path}`))

it('tells at which steps a run drew, in order', () => {
  expect(drawnSteps(test.engine.desk.opened().project, run)).toEqual([9, 100])
  expect(drawnSteps(test.engine.desk.opened().project, { ...run, id: 'none' })).toEqual([])
})

it('serves what a run was given, and tells of it', async () => {
  const { project } = test.engine.desk.opened()
  expect(inputsOf(project, run)).toEqual(given)
  expect(inputsOf(project, { ...run, id: 'none' })).toBe(null)
  expect(await (await ask('/inputs/r1')).text()).toBe('pictures')
  for (const path of ['/inputs/none', '/inputs/..%2F..']) expect([path, (await ask(path)).status]).toEqual([path, 404])
})

it('serves what a run drew, and nothing from another place', async () => {
  const drawn = await ask('/drawn/r1/100')
  expect([drawn.status, drawn.headers.get('content-type'), await drawn.text()]).toEqual([
    200,
    'image/png',
    'grid-step-100.png',
  ])
  for (const path of ['/drawn/r1/7', '/drawn/none/1', '/drawn/..%2F..%2F/1', '/drawn/..%2f..%2f..%2fproject/1'])
    expect([path, (await ask(path)).status]).toEqual([path, 404])
})
