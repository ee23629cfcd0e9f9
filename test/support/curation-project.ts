import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { page as pageOf, openView, storeScores } from '../../core/curate/index.ts'
import { importPairs } from '../../core/exchange/index.ts'
import { insertCaption } from '../../core/store/captions.ts'
import { transaction } from '../../core/store/database.ts'
import { insertJob } from '../../core/store/jobs.ts'
import { openProject } from '../../core/store/project.ts'
import { picture } from './data.ts'

const things = ['a red fox', 'two cyclists', 'a cup of tea', 'a small boat', 'an old tram', 'a paper kite']
const places = ['on a hill', 'near the sea', 'in the snow', 'at dusk', 'under a tree']
const scorer = { hash: 'made-up-filter', name: 'made-up filter' }

/** Score of a made-up caption, 0 to 1 in steps of a thousandth: no two neighbours alike. */
export const madeUpScore = (at: number): number => ((at * 379) % 1000) / 1000

/**
 * Makes a project folder of small pictures with a web and a synthetic caption each, all scored, and closes it.
 * What a model would have written is made up; everything goes through the engine's own store.
 */
export async function makeCurationProject({ pictures }: { pictures: number }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-e2e-'))
  const source = join(folder, 'pictures')
  mkdirSync(source)
  for (let at = 0; at < pictures; at++) {
    const name = join(source, String(at).padStart(4, '0'))
    writeFileSync(`${name}.jpg`, await picture({ width: 96 + (at % 3) * 24, height: 72, shade: at * 7919 }))
    writeFileSync(`${name}.txt`, `${things[at % things.length]} ${places[at % places.length]}, number ${at}`)
  }
  writeFileSync(join(source, 'cut-short.jpg'), (await picture()).subarray(0, 100))
  const project = openProject(join(folder, 'project'), { create: true })
  try {
    insertJob(project, { id: 'import', spec: { kind: 'import', path: source, format: 'auto', source: 'web' } })
    await importPairs(project, { kind: 'import', path: source, format: 'auto', source: 'web' }, { job: 'import' })
    const everything = { text: '-is:unreadable', sort: { by: 'order', direction: 'ascending' } } as const
    const web = openView(project, everything)
    const rows = Array.from({ length: Math.ceil(web.count / 500) }, (_, at) =>
      pageOf(project, { view: web.view, from: at * 500, to: (at + 1) * 500 }),
    ).flat()
    const synthetic = transaction(
      project.db,
      () =>
        rows.map((row) =>
          insertCaption(project.db, {
            sample: row.sampleId,
            text: `a picture of ${row.text.replace(/, number \d+/, '')}`,
            source: 'synthetic',
            at: Date.now(),
          }),
        ),
      'normal',
    )
    const scores = [...rows.map((row) => row.captionId), ...synthetic].map((captionId, at) => ({
      captionId,
      metric: 'itm' as const,
      value: madeUpScore(at),
    }))
    storeScores(project, scorer, scores)
  } finally {
    project.close()
  }
  return join(folder, 'project')
}
