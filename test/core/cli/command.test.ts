import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../../core/cli/command.ts'
import { createOutput } from '../../../core/cli/output.ts'
import { makePairs } from '../../support/engine.ts'

let root: string
let project: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'winnow-cli-'))
  project = join(root, 'project')
  process.env['WINNOW_DATA'] = join(root, 'user')
  await makePairs(root, 5)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(() => {
  process.exitCode = undefined
})

/** Runs a command line as a script would see it: streams that are no terminals. */
async function winnow(...args: string[]) {
  let stdout = ''
  let stderr = ''
  const output = createOutput({ write: (text) => (stdout += text) }, { write: (text) => (stderr += text) })
  const code = await runCommand(args, output)
  process.exitCode = undefined
  return { code, stdout, stderr, json: () => JSON.parse(stdout.trimEnd().split('\n').at(-1)!) }
}

describe('the command line', () => {
  it('explains itself and each command', async () => {
    const commands = [
      'doctor',
      'import',
      'caption',
      'score',
      'capfilt',
      'train',
      'evaluate',
      'export',
      'resume',
      'serve',
      'demo',
    ]
    const { stdout, code } = await winnow('--help')
    expect(code).toBe(0)
    for (const name of commands) {
      expect(stdout).toContain(`  ${name} `)
      expect(await winnow(name, '--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: winnow') })
    }
  })

  it('answers wrong usage with 2, on stderr', async () => {
    for (const args of [
      ['nonsense'],
      ['import'],
      ['import', 'x', '--format', 'xml'],
      ['score'],
      ['train', '--seed', 'x'],
      ['train', '--set', 'steps'],
      ['train', '--held-out', '3'],
    ]) {
      expect([args, await winnow(...args)]).toMatchObject([args, { code: 2, stdout: '' }])
    }
  })

  it('imports with progress on stderr and the result as the last line of stdout', async () => {
    const run = await winnow('import', join(root, 'pairs'), '--project', project, '--json')
    expect(run.code).toBe(0)
    expect(run.json()).toMatchObject({ state: 'finished', pictures: 6, captions: 6, unreadable: 1 })
    expect(run.stderr).toMatch(/importing {2}6/)
    expect(run.stderr).not.toContain('\r')
    expect((await winnow('import', join(root, 'pairs'), '--project', project, '--json')).json()).toMatchObject({
      pictures: 0,
      captions: 0,
    })
  })

  it('exports what a query selects', async () => {
    const run = await winnow(
      'export',
      join(root, 'out'),
      '--project',
      project,
      '--query',
      'number words>4',
      '--format',
      'csv',
    )
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/pairs\t5/) })
    expect(
      readFileSync(join(root, 'out', 'captions.csv'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(6)
    expect(existsSync(join(root, 'out', 'captions.jsonl'))).toBe(false)
  })

  it('tells a fault with its remedy, its record for scripts, and code 1', async () => {
    const unknown = await winnow('score', '--filter', 'nobody', '--project', project, '--json')
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/There are tiny|train or import one/) })
    expect(unknown.json()).toMatchObject({ fault: { code: 'checkpoint-unknown', subject: 'nobody' } })
    expect((await winnow('import', join(root, 'nowhere'), '--project', project, '--json')).json()).toMatchObject({
      fault: { code: 'not-found' },
    })
    expect(await winnow('evaluate', '-c', 'x', '--project', join(root, 'nowhere'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Winnow project'),
    })
  })

  it('refuses a training that cannot work, with the reason, before it starts', async () => {
    expect(await winnow('train', '--project', project, '--shape', 'tiny')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('fewer than one batch'),
    })
    expect(
      (await winnow('train', '--project', project, '--shape', 'tiny', '--set', 'batchSize=1', '--json')).json(),
    ).toMatchObject({ fault: { code: 'recipe-invalid', subject: 'batchSize' } })
    expect(
      (await winnow('train', '--project', project, '--shape', 'huge', '--set', 'batchSize=2', '--json')).json(),
    ).toMatchObject({ fault: { code: 'shape-unknown' } })
  })

  it('reports the state of the machine', async () => {
    writeFileSync(join(root, 'no-folder'), '')
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] = join(root, 'no-electron')
    const report = (await winnow('doctor', '--json')).json()
    delete process.env['ELECTRON_OVERRIDE_DIST_PATH']
    expect(report.checks.map((check: { name: string }) => check.name)).toEqual([
      'node',
      'runtime',
      'self-test',
      'gpu',
      'electron',
      'disk',
      'images',
      'database',
    ])
    expect(report.checks.find((check: { name: string }) => check.name === 'electron')).toMatchObject({
      ok: false,
      fault: { code: 'electron-missing', hint: expect.any(String) },
    })
    const others = report.checks.filter(({ name }: { name: string }) => name !== 'gpu' && name !== 'electron')
    expect(others.every((check: { ok: boolean }) => check.ok)).toBe(true)
    expect(report.gpu).toMatchObject({ cards: expect.any(Array), state: expect.any(String) })
  })

  it('says why no plugin can be installed for the graphics card', async () => {
    process.env['WINNOW_PJRT_PLUGIN'] = join(root, 'no-plugin.so')
    const run = await winnow('doctor', '--install-gpu', '--json')
    delete process.env['WINNOW_PJRT_PLUGIN']
    expect(run.code).toBe(1)
    expect(run.json()).toMatchObject({ fault: { code: 'plugin-missing', subject: join(root, 'no-plugin.so') } })
  })

  it('says what is missing when there is no compute runtime', async () => {
    process.env['WINNOW_TENSORFLOW'] = join(root, 'no-runtime')
    const run = await winnow('doctor', '--json')
    const blocked = await winnow('train', '--project', project, '--shape', 'tiny', '--set', 'batchSize=2', '--json')
    delete process.env['WINNOW_TENSORFLOW']
    expect(run.code).toBe(1)
    expect(run.json().checks[1]).toMatchObject({
      name: 'runtime',
      ok: false,
      fault: { code: 'runtime-missing', hint: expect.stringContaining('npm start') },
    })
    expect(blocked.json()).toMatchObject({ fault: { code: 'runtime-missing' } })
  })
})

describe('progress on a terminal', () => {
  it('is one line that is written over, and ends before a result', () => {
    let screen = ''
    const terminal = { isTTY: true, columns: 20, write: (text: string) => (screen += text) }
    const output = createOutput(terminal, terminal)
    output.update('read 1 of 2')
    output.update('read 2 of 2, and much more than fits')
    output.result('done')
    expect(screen).toBe('\r\x1b[2Kread 1 of 2\r\x1b[2Kread 2 of 2, and mu\ndone\n')
  })
})
