import { Fault, type Run, type RunDetail } from '../contract/index.ts'
import { all, get, run as execute, transaction } from './database.ts'
import type { Project } from './project.ts'

type Evaluation = NonNullable<RunDetail['evaluation']>

export function insertRun({ db }: Project, run: Run): void {
  const sql = 'INSERT INTO run VALUES (?, ?, ?, ?)'
  execute(db, sql, run.id, run.job, JSON.stringify(run), Date.parse(run.createdAt))
}

/** Changes the named fields and returns the run. Faults: not-found. */
export function updateRun(project: Project, id: string, change: Partial<Run>): Run {
  const run = { ...getRun(project, id), ...change }
  execute(project.db, 'UPDATE run SET body = ? WHERE id = ?', JSON.stringify(run), id)
  return run
}

/** Faults: not-found. */
export function getRun({ db }: Project, id: string): Run {
  const row = get<{ body: string }>(db, 'SELECT body FROM run WHERE id = ?', id)
  if (!row) throw new Fault('not-found', 'There is no such run.', { subject: id })
  return JSON.parse(row.body) as Run
}

/** Newest first. */
export const listRuns = ({ db }: Project): Run[] =>
  all<{ body: string }>(db, 'SELECT body FROM run ORDER BY created_at DESC, rowid DESC').map(
    ({ body }) => JSON.parse(body) as Run,
  )

/** Stores the values of one step; a step that is repeated after a resume replaces its values. */
export function appendMetrics({ db }: Project, run: string, step: number, values: Record<string, number>): void {
  transaction(
    db,
    () => {
      for (const [name, value] of Object.entries(values)) {
        execute(
          db,
          'INSERT OR REPLACE INTO run_metric VALUES (?, ?, ?, ?)',
          run,
          step,
          name,
          Number.isFinite(value) ? value : null,
        )
      }
    },
    'normal',
  )
}

export const appendLog = ({ db }: Project, run: string, text: string): void =>
  void execute(db, 'INSERT INTO run_log (run, at, text) VALUES (?, ?, ?)', run, Date.now(), text)

export const writeEvaluation = ({ db }: Project, run: string, evaluation: Evaluation): void =>
  void execute(db, 'INSERT OR REPLACE INTO run_evaluation VALUES (?, ?)', run, JSON.stringify(evaluation))

export function readEvaluation({ db }: Project, run: string): Evaluation | null {
  const row = get<{ body: string }>(db, 'SELECT body FROM run_evaluation WHERE run = ?', run)
  return row ? (JSON.parse(row.body) as Evaluation) : null
}

/** A run with its curves, the last 2,000 lines of its log, and its evaluation. Faults: not-found. */
export function runDetail(project: Project, id: string): RunDetail {
  const log = all<{ at: number; text: string }>(
    project.db,
    'SELECT at, text FROM run_log WHERE run = ? ORDER BY id DESC LIMIT 2000',
    id,
  )
  return {
    ...getRun(project, id),
    curves: readCurves(project, id),
    log: log.reverse().map(({ at, text }) => ({ at: new Date(at).toISOString(), text })),
    evaluation: readEvaluation(project, id),
  }
}

/** One row a step: the step, then a value for each name, null where a step has none. */
function readCurves({ db }: Project, id: string): RunDetail['curves'] {
  const points = all<{ step: number; name: string; value: number | null }>(
    db,
    'SELECT step, name, value FROM run_metric WHERE run = ? ORDER BY step, name',
    id,
  )
  const names = [...new Set(points.map(({ name }) => name))].sort()
  const column = new Map(names.map((name, index) => [name, index + 1]))
  const rows: (number | null)[][] = []
  for (const { step, name, value } of points) {
    let row = rows.at(-1)
    if (row?.[0] !== step) rows.push((row = [step, ...names.map(() => null)]))
    row[column.get(name)!] = value
  }
  return { names, rows }
}
