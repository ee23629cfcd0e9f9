import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { onTestFinished } from 'vitest'
import type { JobSpec, Query, Sort, SpecOf } from '../../core/contract/index.ts'
import { importPairs, type WorkOptions } from '../../core/exchange/index.ts'
import { insertCaption } from '../../core/store/captions.ts'
import { transaction } from '../../core/store/database.ts'
import { insertJob } from '../../core/store/jobs.ts'
import { openProject, type Project } from '../../core/store/project.ts'
import { insertSample } from '../../core/store/samples.ts'

/** A temporary folder that goes away with the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files (text or bytes) below a folder, making folders on the way. */
export function writeFiles(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}

export interface PictureOptions {
  width?: number
  height?: number
  format?: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif'
  /** Pictures of different shades differ in content. */
  shade?: number
}

/** The bytes of a made-up picture of one colour. */
export function picture({ width = 40, height = 30, format = 'jpeg', shade = 0 }: PictureOptions = {}): Promise<Buffer> {
  const background = { r: shade % 256, g: Math.floor(shade / 256) % 256, b: 128 }
  return sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format, { quality: 100 })
    .toBuffer()
}

/** A new open project, closed with the test. */
export function temporaryProject(folder = join(scratch(), 'project')): Project {
  const project = openProject(folder, { create: true })
  onTestFinished(() => {
    if (project.db.open) project.close()
  })
  return project
}

/** Adds pictures without files, each with these captions of web origin; returns the caption ids of each. */
export function addPairs(project: Project, captions: string[][]): number[][] {
  const add = (texts: string[], index: number) => {
    const path = `/made-up/${index}-${Math.random()}.jpg`
    const hash = Math.random().toString(16).slice(2).padEnd(64, '0')
    const sample = insertSample(project.db, path, {
      bytes: 1000,
      modified: 1,
      width: 640,
      height: 480,
      format: 'jpeg',
      hash,
      fault: null,
    })
    return (texts.length > 0 ? texts : ['']).map((text) =>
      insertCaption(project.db, { sample, text, source: 'web', at: 1 }),
    )
  }
  return transaction(project.db, () => captions.map(add), 'normal')
}

export const inOrder: Sort = { by: 'order', direction: 'ascending' }
export const queryFor = (text: string, sort: Sort = inOrder): Query => ({ text, sort })

let jobs = 0

/** Adds a job of this kind and returns its id. */
export function addJob(project: Project, spec: JobSpec): string {
  const id = `job-${++jobs}`
  insertJob(project, { id, spec })
  return id
}

/** Imports with the defaults of the contract, as a new job. */
export async function importFrom(
  project: Project,
  spec: Partial<SpecOf<'import'>> & { path: string },
  options: WorkOptions = {},
) {
  const full: SpecOf<'import'> = { kind: 'import', format: 'auto', source: 'web', ...spec }
  const job = addJob(project, full)
  return { job, result: await importPairs(project, full, { job, ...options }) }
}

/** Repeatable numbers from 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48271) % 2147483647) / 2147483647
}
