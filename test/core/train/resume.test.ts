import { fork } from 'node:child_process'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCheckpoint } from '../../../core/checkpoint/index.ts'
import { newestCheckpoint } from '../../../core/train/index.ts'
import { silent, trainHere } from './trainee.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'winnow-train-'))
const weights = async (run: string) => (await loadCheckpoint(join(run, 'checkpoints', 'step-13'))).tensors
const program = join(import.meta.dirname, 'trainee.ts')

/** Trains in another process; kills it as soon as it has done `step` steps, if given. */
function trainElsewhere(run: string, step?: number): Promise<void> {
  const child = fork(program, [run], { execArgv: [] })
  child.on('message', (done) => done === step && child.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    child.on('exit', (code, signal) =>
      signal === (step ? 'SIGKILL' : null) && (step || code === 0) ? resolve() : reject(new Error(`${code} ${signal}`)),
    )
  })
}

test(
  'a run that is killed twice and resumed ends with the same bits as one that is not',
  { timeout: 240_000 },
  async () => {
    const [straight, broken] = [folder(), folder()]
    await trainElsewhere(straight)
    await trainElsewhere(broken, 6) // between checkpoints, after the matching loss came in
    await trainElsewhere(broken, 9)
    await trainElsewhere(broken)
    expect(await weights(broken)).toEqual(await weights(straight))
  },
)

test('a cancelled run is saved where it was and goes on from there', { timeout: 240_000 }, async () => {
  const [straight, stopped] = [folder(), folder()]
  await trainHere(straight)
  const controller = new AbortController()
  const { outcome } = await trainHere(stopped, {
    signal: controller.signal,
    report: { ...silent, progress: (done) => done === 7 && controller.abort() },
  })
  expect(outcome).toMatchObject({ kind: 'cancelled', step: 7 })
  const started: number[] = []
  await trainHere(stopped, { report: { ...silent, progress: (done) => started.push(done) } })
  expect(started[0]).toBe(7)
  expect(await weights(stopped)).toEqual(await weights(straight))
})

test('keeps two checkpoints, and goes on from the older when the newer is damaged', { timeout: 240_000 }, async () => {
  const run = folder()
  await trainHere(run)
  const names = () => readdirSync(join(run, 'checkpoints')).toSorted()
  expect(names()).toEqual(['step-12', 'step-13'])
  writeFileSync(join(run, 'checkpoints', 'step-13', 'model.safetensors'), 'damaged')
  const damaged: string[] = []
  const point = await newestCheckpoint(run, (fault) => damaged.push(fault.code))
  expect(damaged).toEqual(['checkpoint-corrupt'])
  expect(point?.state.step).toBe(12)
})

test('refuses to go on with other knobs, naming the one that differs', { timeout: 240_000 }, async () => {
  const run = folder()
  await trainHere(run, { changes: { steps: 4 } })
  await expect(trainHere(run, { changes: { learningRate: 0.01 } })).rejects.toThrow('another steps')
})
