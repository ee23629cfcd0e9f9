/** Opening, paging, deciding and counting at 100,000 and 1,000,000 pairs. Run: npm run bench -- curate [--quick] [--json] */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sort } from '../core/contract/index.ts'
import {
  capfiltApply,
  capfiltCounts,
  capfiltNear,
  counts,
  decide,
  facets,
  next,
  openView,
  page,
  redo,
  undo,
} from '../core/curate/index.ts'
import { openProject, type Project } from '../core/store/project.ts'
import { median, type BenchRow } from './harness/record.ts'

export type { BenchRow }

interface Task {
  name: string
  /** Milliseconds at 100,000 pairs; at other sizes it is only reported. */
  target: number | null
  note?: string
  run(project: Project): unknown
}

const order: Sort = { by: 'order', direction: 'ascending' }
const itm: Sort = { by: 'itm', direction: 'descending' }
const choice = { scorer: 'f117e4', metric: 'itm' as const }
const thresholds = { web: 0.5, synthetic: 0.4 }

/**
 * Fills a project with made-up rows, two captions a picture, by statements of its own: what is
 * measured is reading and deciding, not import.
 */
function fill({ db }: Project, pairs: number): void {
  db.exec(`
    PRAGMA synchronous = OFF;
    BEGIN;
    CREATE TEMP TABLE word (id INTEGER PRIMARY KEY, text TEXT);
    INSERT INTO word (text) VALUES ('red'), ('dog'), ('cat'), ('big'), ('small'), ('house'), ('tree'), ('car'), ('blue'), ('man'), ('woman'), ('walking'), ('running'), ('under'), ('near'), ('green');
    INSERT INTO sample (path, bytes, modified, width, height, format, hash)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${pairs / 2})
      SELECT '/pictures/' || i || '.jpg', 1000 + i, 1, 640, 480, 'jpeg', printf('%064x', i * 7919) FROM n;
    INSERT INTO caption (sample_id, source, words, chars, itm, itc, created_at, text)
      SELECT id, source, 9, 45, abs(random() % 1000000) / 1e6, abs(random() % 1000000) / 1e6, 1,
        (SELECT group_concat(text, ' ') FROM (SELECT text FROM word WHERE id IN (
          1 + sample.id % 16, 1 + sample.id / 3 % 16, 1 + sample.id / 7 % 16, 1 + sample.id / 31 % 16))) || ' ' || source || ' number ' || sample.id
      FROM sample JOIN (SELECT 0 AS source UNION ALL SELECT 1) ORDER BY sample.id, source;
    INSERT INTO scorer VALUES (1, 'f117e4', 'filter');
    INSERT INTO score SELECT id, 0, 1, itm FROM caption UNION ALL SELECT id, 1, 1, itc FROM caption;
    COMMIT;
    DROP TABLE word;
    PRAGMA synchronous = FULL;`)
}

function tasks(project: Project): Task[] {
  const open = (text: string, sort = order) => openView(project, { text, sort })
  const { view, count } = open('')
  const decideAll = () => decide(project, { target: { kind: 'view', view }, decision: 'accepted' })
  const middle = Math.floor(count / 2)
  let one = 0
  return [
    { name: 'open: all', target: 100, run: () => open('') },
    { name: 'open: all by ITM', target: 100, run: () => open('', itm) },
    { name: 'open: all at random', target: 100, run: () => open('', { by: 'random', direction: 'ascending' }) },
    { name: 'open: red dog', target: 100, run: () => open('red dog') },
    { name: 'open: (red OR blue) -dog source:web', target: 100, run: () => open('(red OR blue) -dog source:web') },
    { name: 'open: itm<0.3 is:undecided', target: 100, run: () => open('itm<0.3 is:undecided') },
    { name: 'open: itm@filter>0.5', target: 100, run: () => open('itm@filter>0.5') },
    {
      name: 'page of 100 in the middle',
      target: 5,
      run: () => page(project, { view, from: middle, to: middle + 100 }),
    },
    { name: 'counts of a view', target: 50, run: () => counts(project, view) },
    { name: 'facets', target: 100, run: () => facets(project) },
    {
      name: 'decide one, then find the next',
      target: 50,
      note: 'durable, full sync',
      run: () => decideNext(project, view, (one += 1)),
    },
    { name: 'decide all', target: 1000, run: decideAll },
    { name: 'undo all', target: 1000, run: () => undo(project) },
    { name: 'redo all', target: 1000, run: () => redo(project) },
    { name: 'undo all again', target: 1000, run: () => undo(project) },
    { name: 'CapFilt counts', target: 100, run: () => capfiltCounts(project, choice) },
    { name: 'CapFilt pairs near the cut', target: 50, run: () => capfiltNear(project, { ...choice, thresholds }) },
    { name: 'CapFilt apply', target: 1000, run: () => capfiltApply(project, { ...choice, thresholds }) },
    { name: 'undo of apply', target: 1000, run: () => undo(project) },
  ]
}

function decideNext(project: Project, view: string, position: number): void {
  const [pair] = page(project, { view, from: position, to: position + 1 })
  decide(project, { target: { kind: 'pairs', captionIds: [pair!.captionId] }, decision: 'accepted' })
  next(project, { view, from: position })
}

/** Medians over repeats; all tasks are gone through in turn, so that noise of the machine spreads over all. */
function measure(pairs: number, repeats: number): BenchRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-'))
  const project = openProject(folder, { create: true })
  try {
    fill(project, pairs)
    const begun = performance.now()
    const list = tasks(project)
    const first = performance.now() - begun
    const times = list.map(() => [] as number[])
    const busy = list.map(() => [] as number[])
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [index, task] of list.entries()) {
        const [start, before] = [performance.now(), process.cpuUsage()]
        task.run(project)
        times[index]!.push(performance.now() - start)
        const { user, system } = process.cpuUsage(before)
        busy[index]!.push((user + system) / 1000)
      }
    }
    const target = (value: number | null) => (pairs === 100_000 ? value : null)
    const rows = list.map((task, index) =>
      row(`${pairs.toLocaleString('en')}: ${task.name}`, median(times[index]!), target(task.target), {
        n: repeats,
        note: `${task.note ? `${task.note}; ` : ''}${median(busy[index]!).toFixed(1)} ms of processor time`,
      }),
    )
    rows.unshift(
      row(`${pairs.toLocaleString('en')}: first view after opening the project`, first, null, {
        n: 1,
        note: 'fills the columns in memory',
      }),
    )
    const memory = process.memoryUsage().rss / 2 ** 20
    return [
      ...rows,
      {
        ...row(`${pairs.toLocaleString('en')}: memory of the process`, memory, null, {
          n: 1,
          note: 'resident, database cache included',
        }),
        unit: 'MB',
      },
    ]
  } finally {
    project.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function row(name: string, ours: number, target: number | null, { n, note }: { n: number; note: string }): BenchRow {
  return {
    name,
    unit: 'ms',
    ours: Number(ours.toFixed(2)),
    peer: null,
    peerName: null,
    ratio: null,
    target,
    pass: target === null ? null : ours <= target,
    n,
    note,
  }
}

/** Rows of this benchmark; `quick` leaves out the million. */
export function bench({ quick = false } = {}): BenchRow[] {
  return [...measure(100_000, quick ? 3 : 7), ...(quick ? [] : measure(1_000_000, 3))]
}
