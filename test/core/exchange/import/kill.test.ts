import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { history } from '../../../../core/curate/index.ts'
import { number } from '../../../../core/store/database.ts'
import { openProject, summarize } from '../../../../core/store/project.ts'
import { picture, scratch, seeded, writeFiles } from '../../../support/data.ts'

const total = 400

/** Imports in a process of its own, killed after so many batches (null: never) and a little more; returns the last count it told. */
function importAndKill(
  project: string,
  path: string,
  batches: number | null,
  delay: number,
): Promise<{ told: number; done: boolean }> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../../support/import-child.ts'), project, path],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (batches !== null && output.split('\n').length > batches) setTimeout(() => child.kill('SIGKILL'), delay)
  })
  return new Promise((resolve) => {
    child.on('close', () => {
      const lines = output.trimEnd().split('\n')
      const counts = lines.filter((line) => /^\d+$/.test(line)).map(Number)
      resolve({ told: counts.at(-1) ?? 0, done: lines.at(-1) === 'done' })
    })
  })
}

it('survives kill -9 at random points: what was told is there, and the resumed import doubles nothing', async () => {
  const folder = scratch()
  const files: Record<string, string | Uint8Array> = {}
  for (let index = 0; index < total; index++)
    files[`${index}.png`] = await picture({ width: 60, height: 60, format: 'png', shade: index })
  files['pairs.jsonl'] = Array.from({ length: total }, (_, index) =>
    JSON.stringify({ path: `${index}.png`, caption: `caption ${index}` }),
  ).join('\n')
  writeFiles(folder, files)
  const random = seeded(11)
  const target = join(folder, 'project')
  let kills = 0
  for (let round = 0; round < 6; round++) {
    const { told, done } = await importAndKill(
      target,
      join(folder, 'pairs.jsonl'),
      1 + Math.floor(random() * 2),
      Math.floor(random() * 60),
    )
    const project = openProject(target, { create: true })
    expect(project.db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(summarize(project).pictures).toBeGreaterThanOrEqual(told)
    expect(number(project.db, 'SELECT count(*) FROM sample WHERE id NOT IN (SELECT sample_id FROM caption)')).toBe(0)
    project.close()
    if (done) break
    kills++
  }
  expect(kills).toBeGreaterThan(1)
  expect(await importAndKill(target, join(folder, 'pairs.jsonl'), null, 0)).toEqual({ told: total, done: true })
  const project = openProject(target)
  expect(summarize(project)).toMatchObject({ pictures: total, captions: total, unreadable: 0 })
  expect(number(project.db, 'SELECT count(DISTINCT text) FROM caption')).toBe(total)
  expect(history(project)).toMatchObject([{ kind: 'import', count: total }])
  project.close()
})
