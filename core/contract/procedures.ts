import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { capfiltCounts, capfiltPair, scorerChoice, thresholds } from './capfilt.ts'
import { exportDatasetSpec, exportModelSpec, itemFault, job, jobEvent, jobSpec, trainSpec } from './job.ts'
import { checkpoint, preflight, recipe, run, runDetail, shape } from './model.ts'
import { captionSource, decision, operation, pair, query, sampleDetail, target } from './pair.ts'
import { jobProfile } from './profile.ts'
import { gpuProgress, gpuReport } from './gpu.ts'
import { doctorReport, projectSummary, recentProject } from './project.ts'

const id = z.number().int()
const view = z.string()
const nothing = z.object({})
const changed = z.object({ operation: operation.nullable(), changed: id })

const project = {
  current: oc.output(projectSummary.nullable()),
  recent: oc.output(z.array(recentProject)),
  /** Opens a project folder, creating it when `create`; closes the one that is open. */
  open: oc.input(z.object({ folder: z.string(), create: z.boolean().default(false) })).output(projectSummary),
  /** Opens the sample project, composing it on first use (see the job it returns). */
  openSample: oc.output(z.object({ project: projectSummary, job: z.string().nullable() })),
  /** What the window remembers for this project: filter, sort, place, panel sizes. */
  memory: oc.output(z.record(z.string(), z.unknown())),
  remember: oc.input(z.record(z.string(), z.unknown())).output(nothing),
  /** A line each time something changed that an open view or panel shows. */
  changes: oc.output(
    eventIterator(z.object({ what: z.enum(['pairs', 'jobs', 'runs', 'checkpoints', 'history', 'project']) })),
  ),
}

const pairs = {
  /** Fixes the order of a query's pairs; positions stay put until the view is opened anew. */
  open: oc.input(query).output(z.object({ view, count: id, pictures: id })),
  /** Pairs at positions from (inclusive) to `to` (exclusive), at most 500. Superseded captions come as their successor. */
  page: oc.input(z.object({ view, from: id, to: id })).output(z.array(pair)),
  /** Position of the next pair with this decision, searching forward (wrapping once), or null. */
  next: oc
    .input(z.object({ view, from: id, decision: decision.default('undecided'), backward: z.boolean().default(false) }))
    .output(id.nullable()),
  /** Position of a caption in the view, or null. */
  locate: oc.input(z.object({ view, captionId: id })).output(id.nullable()),
  detail: oc.input(z.object({ sampleId: id })).output(sampleDetail),
  /** How many pairs of the view have each decision and source. */
  counts: oc
    .input(z.object({ view }))
    .output(z.object({ decision: z.record(decision, id), source: z.record(captionSource, id) })),
  /** Values for completion in the query box. */
  facets: oc.output(
    z.object({
      scorers: z.array(z.object({ scorer: z.string(), name: z.string(), metric: z.string(), count: id })),
      sources: z.record(captionSource, id),
      decisions: z.record(decision, id),
      missing: id,
      unreadable: id,
      duplicates: id,
    }),
  ),
}

const curate = {
  decide: oc.input(z.object({ target, decision, reason: z.string().optional() })).output(changed),
  /** Supersedes a caption with a new, accepted human one. */
  edit: oc.input(z.object({ captionId: id, text: z.string().max(10_000) })).output(changed.extend({ captionId: id })),
  add: oc
    .input(z.object({ sampleId: id, text: z.string().min(1).max(10_000) }))
    .output(changed.extend({ captionId: id })),
  /** Accepts one caption of a picture and rejects its others, as one step. */
  swap: oc.input(z.object({ captionId: id })).output(changed),
  undo: oc.output(changed),
  redo: oc.output(changed),
  /** Newest first; `before` pages. */
  history: oc
    .input(z.object({ before: id.nullable().default(null), limit: id.max(200).default(50) }))
    .output(z.array(operation)),
}

const jobs = {
  start: oc.input(z.object({ spec: jobSpec })).output(job),
  list: oc.output(z.array(job)),
  get: oc.input(z.object({ job: z.string() })).output(job),
  cancel: oc.input(z.object({ job: z.string() })).output(job),
  /** Goes on with a cancelled or failed job where it was. */
  resume: oc.input(z.object({ job: z.string() })).output(job),
  faults: oc
    .input(z.object({ job: z.string(), after: id.default(0), limit: id.max(500).default(100) }))
    .output(z.object({ faults: z.array(itemFault), total: id })),
  /** Events of one job after a sequence number, then live ones until its terminal event. */
  events: oc.input(z.object({ job: z.string(), after: id.default(0) })).output(eventIterator(jobEvent)),
  /** Where the job's time went, with advice; null for a job that wasn't measured. */
  profile: oc.input(z.object({ job: z.string() })).output(jobProfile.nullable()),
}

const capfilt = {
  scorers: oc.output(
    z.array(z.object({ scorer: z.string(), name: z.string(), metric: z.enum(['itm', 'itc']), count: id })),
  ),
  counts: oc.input(scorerChoice).output(capfiltCounts),
  /** Pictures whose scores lie nearest to the cut. */
  near: oc.input(scorerChoice.extend({ thresholds, limit: id.max(100).default(24) })).output(z.array(capfiltPair)),
  /** Accepts at or above the threshold of its source, rejects below; captions that a person decided stay. */
  apply: oc.input(scorerChoice.extend({ thresholds })).output(changed.extend({ accepted: id, rejected: id })),
}

const models = {
  checkpoints: oc.output(z.array(checkpoint)),
  import: oc.input(z.object({ folder: z.string(), name: z.string() })).output(checkpoint),
  recipes: oc.output(z.array(recipe)),
  /** Checks the JSON text of a recipe file. Its fault's subject is the knob or the key, its message the reason. */
  readRecipe: oc.input(z.object({ text: z.string().max(1_000_000) })).output(recipe),
  shapes: oc.output(z.array(shape)),
}

const runs = {
  list: oc.output(z.array(run)),
  get: oc.input(z.object({ run: z.string() })).output(runDetail),
  preflight: oc.input(trainSpec).output(preflight),
}

const exports_ = {
  /** Checks an export before it starts: counts, and what is in the way. */
  preview: oc.input(z.discriminatedUnion('kind', [exportDatasetSpec, exportModelSpec])).output(
    z.object({
      pairs: id,
      pictures: id,
      bytes: z.number(),
      problems: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string().optional() })),
    }),
  ),
}

const system = {
  doctor: oc.output(doctorReport),
  /** The graphics cards and the state of their plugin, without testing anything. */
  gpu: oc.output(gpuReport),
  /** Fetches the plugin that fits and tests it. Ends with the report or the fault that stopped it. */
  installGpu: oc.output(eventIterator(gpuProgress)),
  version: oc.output(z.object({ winnow: z.string(), node: z.string() })),
}

/** Everything the engine can be asked, for the window, the command line and scripts alike. */
export const contract = { project, pairs, curate, jobs, capfilt, models, runs, exports: exports_, system }
export type Contract = typeof contract
