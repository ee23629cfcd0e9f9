import { closeSync, openSync, readSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { activities, type ByActivity, type JobProfile, type Run } from '../../contract/index.ts'
import { groupSpans, meanPixels, readOperations, totalSpans, type SpanTotals } from '../../store/profiles.ts'
import type { Project } from '../../store/project.ts'
import { listRuns } from '../../store/runs.ts'
import { advise, type ProfileFacts } from './advise.ts'

/** Stretches that the profile over time is told in. */
const stretches = 120
/** How much of a snapshot is looked at for the size of its pictures. */
const sampleBytes = 65_536

/** Where a job's time went, with advice; null for a job that nothing was measured of. */
export function readProfile(project: Project, job: string): JobProfile | null {
  const totals = totalSpans(project, job)
  const operations = readOperations(project, job)
  if (!totals) return operations && { ...unmeasured, operations }
  const seconds = sum(totals.seconds)
  const loads = loadsOf(totals, seconds)
  return {
    seconds,
    steps: totals.steps,
    shares: sharesOf(totals.seconds),
    spans: overTime(groupSpans(project, job, stretches)),
    stepsPerSecond: totals.steps > 0 ? totals.steps / working(totals.seconds) : null,
    peakBytes: totals.peakBytes,
    cores: totals.cores,
    device: totals.device,
    ...loads,
    advice: advise(factsOf(project, job, totals, loads)),
    operations,
  }
}

const none = Object.fromEntries(activities.map((name) => [name, 0])) as ByActivity
const unmeasured: JobProfile = {
  seconds: 0,
  steps: 0,
  shares: none,
  spans: [],
  stepsPerSecond: null,
  peakBytes: 0,
  cores: 0,
  device: null,
  ownLoad: 0,
  otherLoad: 0,
  advice: [],
  operations: null,
}

const sum = (seconds: ByActivity) => Object.values(seconds).reduce((total, part) => total + part, 0)
const working = (seconds: ByActivity) => sum(seconds) - seconds.prepare - seconds.checkpoint - seconds.evaluate

function sharesOf(seconds: ByActivity): ByActivity {
  const total = sum(seconds)
  if (total === 0) return none
  return Object.fromEntries(activities.map((name) => [name, seconds[name] / total])) as ByActivity
}

function loadsOf({ cpuSeconds, machineSeconds, cores }: SpanTotals, seconds: number) {
  const all = seconds * cores
  if (all === 0) return { ownLoad: 0, otherLoad: 0 }
  // Subtle: the two clocks tick in different steps, so that the difference can fall below nothing.
  const share = (part: number) => Math.min(1, Math.max(0, part / all))
  return { ownLoad: share(cpuSeconds), otherLoad: share(machineSeconds - cpuSeconds) }
}

function overTime(groups: SpanTotals[]): JobProfile['spans'] {
  let until = 0
  return groups.map(({ done, steps, seconds, memoryBytes }) => {
    const length = sum(seconds)
    until += length
    return { until, done, steps, seconds: length, shares: sharesOf(seconds), memoryBytes }
  })
}

function factsOf(
  project: Project,
  job: string,
  totals: SpanTotals,
  loads: { ownLoad: number; otherLoad: number },
): ProfileFacts {
  const run = listRuns(project).find((each) => each.job === job)
  const training = run ? trainingOf(run) : null
  const pass = training && Math.floor(training.pairs / training.batchSize)
  const { seconds, steps, cores, device, peakBytes } = totals
  return {
    seconds,
    steps,
    later: pass === null ? null : totalSpans(project, job, pass),
    ...loads,
    cores,
    device,
    peakBytes,
    machineBytes: totalmem(),
    training,
    megapixels: () => (run ? megapixelsOf(project, run) : null),
  }
}

/** Read one by one: runs of earlier versions have fewer knobs. */
function trainingOf({ knobs, pairs, heldOutPairs }: Run): NonNullable<ProfileFacts['training']> {
  return {
    batchSize: Number(knobs['batchSize']) * Number(knobs['accumulate'] ?? 1),
    compile: knobs['compile'] === true,
    checkpointEvery: Number(knobs['checkpointEvery'] ?? 0),
    pairs,
    pictures: heldOutPairs,
  }
}

/** Mean size of the first pictures of a run's snapshot. */
function megapixelsOf(project: Project, { snapshot }: Run): number | null {
  const lines = head(join(project.folder, 'snapshots', `${snapshot}.jsonl`))
    .split('\n')
    .slice(0, -1)
  const samples = lines.map((line) => (JSON.parse(line) as { sampleId: number }).sampleId)
  const pixels = meanPixels(project, samples)
  return pixels === null ? null : pixels / 1e6
}

/** The first bytes of a file as text; none where it is gone. */
function head(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const buffer = Buffer.alloc(sampleBytes)
      return buffer.toString('utf8', 0, readSync(file, buffer))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}
