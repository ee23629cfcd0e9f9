import { activities, type ByActivity, type OperationTimes, type ProfileSpan } from '../contract/index.ts'
import { all, get, run, transaction } from './database.ts'
import type { Project } from './project.ts'

/** Spans added up. */
export interface SpanTotals extends ProfileSpan {
  /** How many spans were added. */
  spans: number
}

const columns = activities.map((name) => `"${name}"`)
const insertSpan = `INSERT INTO job_span (job, done, steps, ${columns.join(', ')}, cpu, machine, cores, device, memory, peak)
  VALUES (${Array.from({ length: columns.length + 9 }, () => '?').join(', ')})`
const sums = `count(*) AS spans, max(done) AS done, total(steps) AS steps,
  ${columns.map((column) => `total(${column}) AS ${column}`).join(', ')},
  total(cpu) AS cpu, total(machine) AS machine, max(cores) AS cores,
  max(device) AS device, max(memory) AS memory, max(peak) AS peak`

/** Adds a measured stretch to a job. */
export function appendSpan({ db }: Project, job: string, span: ProfileSpan): void {
  const { done, steps, seconds, cpuSeconds, machineSeconds, cores, device, memoryBytes, peakBytes } = span
  const values = activities.map((name) => seconds[name])
  const insert = () =>
    run(db, insertSpan, job, done, steps, ...values, cpuSeconds, machineSeconds, cores, device, memoryBytes, peakBytes)
  transaction(db, insert, 'normal')
}

/** All of a job's spans, or those that end after so many steps, added up; null if there are none. */
export function totalSpans({ db }: Project, job: string, after = -1): SpanTotals | null {
  const row = get<Row>(db, `SELECT ${sums} FROM job_span WHERE job = ? AND done > ?`, job, after)
  return row && row.spans > 0 ? totalsOf(row) : null
}

/** A job's spans in order, added up in at most `most` groups of about as many spans each. */
export function groupSpans({ db }: Project, job: string, most: number): SpanTotals[] {
  const sql = `WITH numbered AS (SELECT *, ntile(?) OVER (ORDER BY id) AS tile FROM job_span WHERE job = ?)
    SELECT ${sums} FROM numbered GROUP BY tile ORDER BY tile`
  return all<Row>(db, sql, most, job).map(totalsOf)
}

type Row = ByActivity &
  Record<'spans' | 'done' | 'steps' | 'cpu' | 'machine' | 'cores' | 'memory' | 'peak', number> & {
    device: string
  }

function totalsOf({ spans, done, steps, cpu, machine, cores, device, memory, peak, ...rest }: Row): SpanTotals {
  const seconds = Object.fromEntries(activities.map((name) => [name, rest[name]])) as ByActivity
  return {
    spans,
    done,
    steps,
    seconds,
    cpuSeconds: cpu,
    machineSeconds: machine,
    cores,
    device,
    memoryBytes: memory,
    peakBytes: peak,
  }
}

export const writeOperations = ({ db }: Project, job: string, times: OperationTimes): void =>
  void run(db, 'INSERT OR REPLACE INTO job_operations VALUES (?, ?)', job, JSON.stringify(times))

export function readOperations({ db }: Project, job: string): OperationTimes | null {
  const row = get<{ body: string }>(db, 'SELECT body FROM job_operations WHERE job = ?', job)
  return row ? (JSON.parse(row.body) as OperationTimes) : null
}

/** Mean area of these pictures in pixels, of those whose size is known; null where none is. */
export function meanPixels({ db }: Project, samples: number[]): number | null {
  const sql = 'SELECT avg(width * height) AS pixels FROM sample WHERE id IN (SELECT value FROM json_each(?))'
  return get<{ pixels: number | null }>(db, sql, JSON.stringify(samples))?.pixels ?? null
}
