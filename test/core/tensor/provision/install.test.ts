import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { install, installed, type InstallProgress } from '../../../../core/tensor/provision/install.ts'
import type { Wheel, WheelSet } from '../../../../core/tensor/provision/packages/wheel.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

let cache: string
let index: string
let set: WheelSet
let fetched: string[]

beforeEach(() => {
  cache = temporaryFolder()
  index = temporaryFolder()
  fetched = []
  set = {
    folder: 'set-1',
    title: 'a set',
    unpackedBytes: 100,
    wheels: [
      makeWheel(
        'first',
        { 'plugins/a/plugin.so': 'plugin', 'plugins/a/setup.py': 'left' },
        String.raw`(plugins/.*\.so)`,
      ),
      makeWheel('second', { 'nvidia/x/lib/libx.so': 'library', 'nvidia/x/bin/tool': '#!' }, '(nvidia/.*)'),
    ],
  }
})

describe('install', () => {
  it('lays the chosen members of all wheels side by side and forgets the downloads', async () => {
    const folder = await install(set, { cache, fetch })
    expect(readFileSync(join(folder, 'plugins/a/plugin.so'), 'utf8')).toBe('plugin')
    expect(readFileSync(join(folder, 'nvidia/x/lib/libx.so'), 'utf8')).toBe('library')
    expect(existsSync(join(folder, 'plugins/a/setup.py'))).toBe(false)
    expect(readdirSync(join(cache, 'downloads'))).toEqual([])
    expect(installed(set, cache)).toBe(true)
  })

  it('keeps a program executable', async () => {
    const folder = await install(set, { cache, fetch })
    expect(statSync(join(folder, 'nvidia/x/bin/tool')).mode & 0o100).not.toBe(0)
  })

  it('does nothing when the set is there', async () => {
    await install(set, { cache, fetch })
    fetched = []
    await install(set, { cache, fetch })
    expect(fetched).toEqual([])
  })

  it('goes on with the wheel at which it was interrupted', async () => {
    const broken = async (wheel: Wheel, folder: string) => {
      if (wheel.name === 'second') throw new Error('the line went dead')
      return fetch(wheel, folder)
    }
    await expect(install(set, { cache, fetch: broken })).rejects.toThrow('dead')
    expect(existsSync(join(cache, set.folder))).toBe(false)
    fetched = []
    await install(set, { cache, fetch })
    expect(fetched).toEqual(['second'])
  })

  it('refuses a wheel with another hash, deletes it and installs nothing', async () => {
    set.wheels[1]!.sha256 = '0'.repeat(64)
    await expect(install(set, { cache, fetch })).rejects.toMatchObject({ code: 'download-wrong' })
    expect(readdirSync(join(cache, 'downloads')).some((name) => name.startsWith('second'))).toBe(false)
    expect(existsSync(join(cache, set.folder))).toBe(false)
  })

  it('reports progress that never falls within a stage and ends full', async () => {
    const told: InstallProgress[] = []
    await install(set, { cache, fetch, onProgress: (progress) => told.push(progress) })
    for (const stage of ['download', 'unpack']) {
      const done = told.filter((progress) => progress.stage === stage).map(({ doneBytes }) => doneBytes)
      expect(done).toEqual([...done].sort((a, b) => a - b))
      expect(done.at(-1)).toBe(told.find((progress) => progress.stage === stage)!.totalBytes)
    }
  })

  it('never writes outside of its folder', async () => {
    set.wheels = [makeWheel('bad', { 'up/../../../escaped': 'x' }, 'up/(.*)')]
    await expect(install(set, { cache, fetch })).rejects.toMatchObject({ code: 'unpack-failed' })
    expect(existsSync(join(cache, '..', 'escaped'))).toBe(false)
  })
})

describe('installed', () => {
  beforeEach(async () => {
    await install(set, { cache, fetch })
  })

  it('refuses a library that was cut off', () => {
    writeFileSync(join(cache, set.folder, 'plugins/a/plugin.so'), 'plu')
    expect(installed(set, cache)).toBe(false)
  })

  it('refuses another wheel’s libraries', () => {
    expect(installed({ ...set, wheels: [set.wheels[0]!] }, cache)).toBe(false)
  })

  it('refuses a folder without a record', () => {
    mkdirSync(join(cache, 'other'))
    expect(installed({ ...set, folder: 'other' }, cache)).toBe(false)
  })
})

async function fetch({ name }: Wheel, folder: string) {
  fetched.push(name)
  copyFileSync(fileOf(index, name), fileOf(folder, name))
}

function fileOf(folder: string, name: string) {
  return join(folder, `${name}-1.0-py3-none-any.whl`)
}

/** Writes a wheel with Python, as the real ones are. */
function makeWheel(name: string, members: Record<string, string>, pattern: string): Wheel {
  const script = `import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for name, text in json.loads(sys.argv[2]).items():
        info = zipfile.ZipInfo(name)
        info.external_attr = (0o755 if "/bin/" in name else 0o644) << 16
        archive.writestr(info, text)`
  const file = fileOf(index, name)
  execFileSync('python3', ['-c', script, file, JSON.stringify(members)])
  const bytes = readFileSync(file)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name, version: '1.0', tag: 'any', sha256, bytes: bytes.length, members: pattern }
}
