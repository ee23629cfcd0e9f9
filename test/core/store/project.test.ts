import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addPairs, scratch, temporaryProject } from '../../support/data.ts'
import { packGroups, unpackGroups, type DecisionGroup } from '../../../core/store/before-image.ts'
import { readMemory, writeMemory } from '../../../core/store/memory.ts'
import { totalSpans } from '../../../core/store/profiles.ts'
import { openProject, summarize } from '../../../core/store/project.ts'

const holder = `
  const { openProject } = await import(process.argv[1])
  openProject(process.argv[2], { create: true })
  process.stdout.write('open')
  setInterval(() => {}, 1000)`

/** A process that has the project open, and a way to kill it. */
async function openElsewhere(folder: string): Promise<() => Promise<void>> {
  const module = join(import.meta.dirname, '../../../core/store/project.ts')
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, module, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return async () => {
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
  }
}

describe('a project', () => {
  it('is only made where that is asked for', () => {
    const folder = join(scratch(), 'new')
    expect(() => openProject(folder)).toThrow(expect.objectContaining({ code: 'not-a-project' }))
    expect(existsSync(folder)).toBe(false)
    const project = openProject(folder, { create: true, name: 'Birds', sample: true })
    expect(summarize(project)).toMatchObject({
      folder,
      name: 'Birds',
      sample: true,
      pictures: 0,
      captions: 0,
      unreadable: 0,
    })
    project.close()
    const again = openProject(folder)
    expect(summarize(again).name).toBe('Birds')
    again.close()
  })

  it('is open in one engine only, and free again after kill -9', async () => {
    const folder = join(scratch(), 'project')
    const kill = await openElsewhere(folder)
    expect(() => openProject(folder)).toThrow(expect.objectContaining({ code: 'project-locked', subject: folder }))
    await kill()
    openProject(folder).close()
  })

  it('cannot be opened twice in one process either', () => {
    const project = temporaryProject()
    expect(() => openProject(project.folder)).toThrow(expect.objectContaining({ code: 'project-locked' }))
  })

  it('brings a project of the first version up to date and keeps what is in it', () => {
    const project = temporaryProject()
    writeMemory(project, { place: 7 })
    project.db.exec('DROP TABLE job_span; DROP TABLE job_operations; ALTER TABLE checkpoint DROP COLUMN family')
    project.db.pragma('user_version = 1')
    project.close()
    const again = openProject(project.folder)
    expect(readMemory(again)).toEqual({ place: 7 })
    expect(totalSpans(again, 'none')).toBeNull()
    again.close()
  })

  it('refuses a file of a newer version, and one that is no database', () => {
    const project = temporaryProject()
    project.db.pragma('user_version = 99')
    project.close()
    expect(() => openProject(project.folder)).toThrow(expect.objectContaining({ code: 'project-newer' }))
    const folder = scratch()
    writeFileSync(join(folder, 'winnow.db'), 'something else, long enough to have a header'.repeat(100))
    expect(() => openProject(folder)).toThrow(expect.objectContaining({ code: 'project-damaged' }))
  })

  it('remembers what the window tells it, entry by entry', () => {
    const project = temporaryProject()
    writeMemory(project, { filter: 'dog', sizes: { left: 200 } })
    writeMemory(project, { filter: null, place: 7 })
    expect(readMemory(project)).toEqual({ sizes: { left: 200 }, place: 7 })
  })

  it('counts captions without placeholders', () => {
    const project = temporaryProject()
    addPairs(project, [['one', 'two'], []])
    expect(summarize(project)).toMatchObject({ pictures: 2, captions: 2 })
  })
})

it('packs before-images without loss', () => {
  const groups: DecisionGroup[] = [
    { decision: 0, by: null, at: null, reason: null, after: 1, ids: [5, 6, 7, 1000, 2_000_000_000] },
    { decision: 2, by: 0, at: 1_700_000_000_000, reason: 'why “so” 犬', after: 1, ids: [1] },
    { decision: 1, by: 2, at: 5, reason: null, after: 0, ids: [] },
  ]
  expect(unpackGroups(packGroups(structuredClone(groups)))).toEqual(groups)
})
