import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../../core/cli/command.ts'
import { createOutput } from '../../../core/cli/output.ts'
import { makePairs, testEngine, type TestEngine } from '../../support/engine.ts'

const cli = fileURLToPath(new URL('../../../core/cli.ts', import.meta.url))
const silent = createOutput({ write: () => {} }, { write: () => {} })
let test: TestEngine

beforeEach(async () => {
  test = await testEngine()
})
afterEach(() => test.close())

describe.skipIf(process.platform === 'win32')('Ctrl+C', () => {
  it('cancels the job of a command, which leaves with 130 and can be resumed', async () => {
    const project = join(test.root, 'other')
    const args = [cli, 'import', await makePairs(test.root, 300), '--project', project]
    const child = spawn(process.execPath, args, { env: { ...process.env, WINNOW_DATA: join(test.root, 'user') } })
    const code = new Promise((resolve) => child.once('exit', resolve))
    let said = ''
    child.stderr.on('data', (piece) => {
      said += piece
      if (!child.killed && said.includes('importing')) child.kill('SIGINT')
    })
    expect(await code).toBe(130)
    await test.client.project.open({ folder: project })
    const [job] = await test.client.jobs.list()
    expect(job).toMatchObject({ state: 'cancelled', resumable: true })
    expect(said).toContain(`winnow resume ${job!.id}`)
    await test.client.project.open({ folder: test.project })
    expect(await runCommand(['resume', '--project', project, '--json'], silent)).toBe(0)
    await test.client.project.open({ folder: project })
    expect(await test.client.project.current()).toMatchObject({ pictures: 301 })
  })
})
