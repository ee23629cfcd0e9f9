import type { InstallProgress } from './install.ts'

const stages = { download: 'Downloaded', unpack: 'Unpacked' }

/** A line for people, in steps of ten percent. */
export function progressText({ stage, doneBytes, totalBytes }: InstallProgress): string {
  const tenth = Math.floor((10 * doneBytes) / Math.max(1, totalBytes))
  return `${stages[stage]} ${tenth * 10} % of ${(totalBytes / 1e6).toFixed(0)} MB`
}
