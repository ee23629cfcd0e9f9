import type { Advice, ByActivity } from '../../contract/index.ts'

/** What advice is drawn from. */
export interface ProfileFacts {
  seconds: ByActivity
  steps: number
  /** The same after the first pass over the pairs; null while there is none. */
  later: { seconds: ByActivity; steps: number } | null
  /** Share of all cores' time that the worker and others took. */
  ownLoad: number
  otherLoad: number
  cores: number
  device: string | null
  peakBytes: number
  machineBytes: number
  /** Knobs of a training run; null for other jobs. */
  training: { batchSize: number; pairs: number; compile: boolean; checkpointEvery: number; pictures: number } | null
  /** Mean size of the pictures, where it is known; only asked when it matters. */
  megapixels: () => number | null
}

/** Shares above which something is worth a word. */
const limits = {
  wait: 0.05,
  checkpoint: 0.05,
  evaluate: 0.25,
  prepare: 0.25,
  transfer: 0.1,
  otherLoad: 0.25,
  ownLoad: 0.6,
  memory: 0.85,
  compute: 0.9,
}
/** A step shorter than this is mostly overhead. */
const shortStepSeconds = 0.03
/** Less than this says nothing about what steps cost. */
const least = { steps: 5, seconds: 1 }

/** What would make a job faster, in the order of what it would gain by; by measured shares and fixed limits. */
export function advise(facts: ProfileFacts): Advice[] {
  const found = [
    ...(measured(facts) ? stepAdvice(facts) : []),
    ...surroundings(facts),
    ...(measured(facts) ? machineAdvice(facts) : []),
  ]
  const trifles = found.every(({ code }) => code === 'compile-off')
  return trifles && measured(facts) ? [...unhindered(facts), ...found] : found
}

const add = (...values: number[]) => values.reduce((sum, value) => sum + value, 0)
/** Seconds inside of steps. */
const stepping = ({ wait, upload, compute, download }: ByActivity) => add(wait, upload, compute, download)
const measured = ({ seconds, steps }: ProfileFacts) => steps >= least.steps && stepping(seconds) >= least.seconds
const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0)

function stepAdvice({ seconds, steps, later, training, megapixels, device }: ProfileFacts): Advice[] {
  const all = stepping(seconds)
  const found = waiting(seconds, later, megapixels)
  const transfer = share(seconds.upload + seconds.download, all)
  if (transfer > limits.transfer) found.push({ code: 'transfer-long', values: { share: transfer } })
  const stepSeconds = all / steps
  if (training && stepSeconds < shortStepSeconds && training.pairs >= 2 * training.batchSize)
    found.push({ code: 'batch-small', values: { batch: training.batchSize, milliseconds: stepSeconds * 1000 } })
  const compute = share(seconds.compute, all)
  // Accelerators' plugins compile in any case.
  if (training && !training.compile && device === 'CPU' && compute > 0.5)
    found.push({ code: 'compile-off', values: { share: compute } })
  return found
}

/** Resized copies are kept, so a first pass that waits is no illness: what counts is the time after it. */
function waiting(seconds: ByActivity, later: ProfileFacts['later'], megapixels: ProfileFacts['megapixels']): Advice[] {
  const wait = share(seconds.wait, stepping(seconds))
  const known = later && later.steps >= least.steps ? share(later.seconds.wait, stepping(later.seconds)) : null
  if (wait <= limits.wait && (known ?? 0) <= limits.wait) return []
  if (known !== null && known <= limits.wait)
    return [{ code: 'wait-first-epoch', values: { share: wait, laterShare: known } }]
  const size = known === null ? megapixels() : null
  if (size === null) return [{ code: 'wait-pictures', values: { share: known ?? wait } }]
  return [{ code: 'wait-decoding', values: { share: wait, megapixels: size } }]
}

/** What a job does beside its steps. */
function surroundings({ seconds, steps, training }: ProfileFacts): Advice[] {
  if (!training) return []
  const found: Advice[] = []
  const total = add(...Object.values(seconds))
  const saving = share(seconds.checkpoint, total)
  const saves = training.checkpointEvery > 0 ? Math.floor(steps / training.checkpointEvery) : 0
  if (saving > limits.checkpoint && saves > 1) {
    const better = training.checkpointEvery * Math.ceil((2 * saving) / limits.checkpoint)
    found.push({ code: 'checkpoint-often', values: { share: saving, every: training.checkpointEvery, better } })
  }
  const evaluating = share(seconds.evaluate, total)
  if (evaluating > limits.evaluate)
    found.push({ code: 'evaluate-long', values: { share: evaluating, pictures: training.pictures } })
  const preparing = share(seconds.prepare, total)
  if (training.compile && preparing > limits.prepare && steps >= least.steps)
    found.push({ code: 'prepare-long', values: { share: preparing, seconds: seconds.prepare } })
  return found
}

function machineAdvice({ ownLoad, otherLoad, cores, device, seconds, peakBytes, machineBytes }: ProfileFacts) {
  const found: Advice[] = []
  const compute = share(seconds.compute, stepping(seconds))
  if (otherLoad > limits.otherLoad) found.push({ code: 'machine-busy', values: { share: otherLoad } })
  else if (device === 'CPU' && compute > 0.5 && ownLoad < limits.ownLoad)
    found.push({ code: 'cores-idle', values: { share: ownLoad, cores } })
  if (peakBytes > limits.memory * machineBytes)
    found.push({ code: 'memory-short', values: { bytes: peakBytes, machineBytes } })
  return found
}

/** Said where nothing else is in the way. */
function unhindered({ seconds }: ProfileFacts): Advice[] {
  const compute = share(seconds.compute, stepping(seconds))
  return compute >= limits.compute ? [{ code: 'compute-bound', values: { share: compute } }] : []
}
