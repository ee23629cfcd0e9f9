import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attributeAccuracy, composeSample, isHeldOut, trainingScenes } from '../../../../core/exchange/sample/index.ts'
import { decodePixels } from '../../../../core/image/compose.ts'

const small = { seed: 3, human: 6, web: 30, heldOut: 5 }
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-sample-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function digest(where: string): Promise<string> {
  const hash = createHash('sha256')
  const names = (await readdir(where, { recursive: true })).sort()
  for (const name of names) {
    if ((await stat(join(where, name))).isFile()) hash.update(name).update(await readFile(join(where, name)))
  }
  return hash.digest('hex')
}

const lines = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('composeSample', () => {
  it('writes pictures, one list per set, and the truth for each picture', async () => {
    const sample = await composeSample(folder, small)
    expect(sample).toMatchObject({ total: 46, painted: 46 })
    const lists = await Promise.all([sample.human, sample.web, sample.heldOutCombo, sample.heldOutVendor].map(lines))
    expect(lists.map(({ length }) => length)).toEqual([6, 30, 5, 5])
    const truth = JSON.parse(await readFile(sample.truth, 'utf8'))
    for (const { path, caption } of lists.flat()) {
      const picture = await decodePixels(join(folder, path))
      expect([picture.width, picture.height]).toEqual([96, 96])
      expect(attributeAccuracy(caption, truth[path]).all).toBe(truth[path].kind === 'ok')
    }
    expect((await readdir(sample.images)).length).toBe(46)
  })

  it('composes the same bytes twice, and others from another seed', async () => {
    const other = join(folder, 'other')
    await composeSample(join(folder, 'one'), small)
    await composeSample(join(folder, 'two'), small)
    await composeSample(other, { ...small, seed: 4 })
    expect(await digest(join(folder, 'two'))).toBe(await digest(join(folder, 'one')))
    expect(await digest(other)).not.toBe(await digest(join(folder, 'one')))
  })

  it('does nothing where the sample is there already', async () => {
    const { images } = await composeSample(folder, small)
    const before = await stat(join(images, 'web-00001.webp'))
    const states: unknown[] = []
    const again = await composeSample(folder, { ...small, progress: (state) => states.push(state) })
    expect(again.painted).toBe(0)
    expect(states).toEqual([{ done: 46, total: 46 }])
    expect((await stat(join(images, 'web-00001.webp'))).mtimeMs).toBe(before.mtimeMs)
  })

  it('goes on where it was stopped', async () => {
    const unbroken = join(folder, 'unbroken')
    const broken = join(folder, 'broken')
    await composeSample(unbroken, small)
    const stop = new AbortController()
    const progress = ({ done }: { done: number }) => done === 10 && stop.abort(new Error('stopped by the test'))
    await expect(composeSample(broken, { ...small, signal: stop.signal, progress })).rejects.toThrow(
      'stopped by the test',
    )
    const resumed = await composeSample(broken, small)
    expect(resumed.painted).toBeGreaterThan(0)
    expect(resumed.painted).toBeLessThanOrEqual(36)
    expect(await digest(broken)).toBe(await digest(unbroken))
  })

  it('reports progress that never falls and ends at the total', async () => {
    const seen: number[] = []
    await composeSample(folder, { ...small, progress: ({ done }) => seen.push(done) })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(46)
  })

  it('replaces a sample of another seed, finished or not', async () => {
    const other = { ...small, seed: 9, web: 4 }
    const [fresh, finished, unfinished] = ['fresh', 'finished', 'unfinished'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await composeSample(fresh, other)
    await composeSample(finished, small)
    await composeSample(unfinished, small)
    await rename(join(unfinished, 'composed.json'), join(unfinished, 'composing.json'))
    for (const where of [finished, unfinished]) {
      await composeSample(where, other)
      expect(await digest(where)).toBe(await digest(fresh))
    }
  })

  it('leaves a folder alone that holds pictures of someone else', async () => {
    await mkdir(join(folder, 'images'))
    await writeFile(join(folder, 'images', 'mine.webp'), 'mine')
    await expect(composeSample(folder, small)).rejects.toMatchObject({ code: 'folder-in-use', subject: folder })
    expect(await readdir(folder)).toEqual(['images'])
  })

  it('gives each picture of the human and held-out sets a caption of its own', async () => {
    const sample = await composeSample(folder, { seed: 1, human: 60, web: 1, heldOut: 60 })
    for (const file of [sample.human, sample.heldOutCombo, sample.heldOutVendor]) {
      expect(new Set((await lines(file)).map(({ caption }) => caption)).size).toBe(60)
    }
  })
})

describe('trainingScenes', () => {
  it('streams true captions without held-out combinations or drawings, the same each time', async () => {
    const read = async () => Array.fromAsync(trainingScenes(5, 40))
    const scenes = await read()
    expect(scenes).toHaveLength(40)
    for (const { rgb, caption, scene } of scenes) {
      expect(rgb).toHaveLength(96 * 96 * 3)
      expect(attributeAccuracy(caption, scene).all).toBe(true)
      expect(isHeldOut(scene)).toBe(false)
      expect(scene.drawings.some(({ vendor }) => vendor === 'twemoji')).toBe(false)
    }
    expect(await read()).toEqual(scenes)
  })
})
