import type { Activity, JobProfile } from '../contract/index.ts'

const words: Record<Activity, string> = {
  prepare: 'loading and compiling',
  wait: 'waiting for pictures',
  upload: 'upload',
  compute: 'computing',
  download: 'download',
  checkpoint: 'checkpoints',
  evaluate: 'comparing',
  other: 'other',
}
/** Smaller shares are not worth a word. */
const least = 0.005

/** Where a job's time went, in one line. */
export function profileText({ seconds, shares, stepsPerSecond, peakBytes }: JobProfile): string {
  const parts = (Object.entries(shares) as [Activity, number][])
    .filter(([, share]) => share >= least)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${words[name]} ${(100 * share).toFixed(1)} %`)
  const speed = stepsPerSecond === null ? '' : `; ${stepsPerSecond.toPrecision(3)} steps/s`
  return `${seconds.toFixed(0)} s: ${parts.join(', ')}${speed}; ${(peakBytes / 1e9).toFixed(1)} GB at most`
}
