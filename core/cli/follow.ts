import { faultFrom, type Job, type JobSpecInput, type Progress } from '../contract/index.ts'
import type { Output } from './output.ts'
import type { Client } from './session.ts'

/** Thrown when a person stopped a job; the message is its id. */
export class Cancelled extends Error {}

/** Starts a job and follows it to its end; Ctrl+C cancels it so that it can be resumed. */
export async function runJob(client: Client, spec: JobSpecInput, output: Output): Promise<Job> {
  const { id } = await client.jobs.start({ spec })
  return followJob(client, id, output)
}

/** Follows a job to its end and returns it. @throws its fault, or Cancelled */
export async function followJob(client: Client, id: string, output: Output): Promise<Job> {
  const cancel = () => void client.jobs.cancel({ job: id }).catch(() => {})
  process.once('SIGINT', cancel).once('SIGTERM', cancel)
  try {
    for await (const event of await client.jobs.events({ job: id })) {
      if (event.kind === 'progress') output.update(progressText(event.progress))
      if (event.kind === 'metric') output.update(metricText(event.step, event.values))
      if (event.kind === 'cancelled') throw new Cancelled(id)
      if (event.kind === 'failed') throw faultFrom(event.fault)
    }
    return await client.jobs.get({ job: id })
  } finally {
    process.off('SIGINT', cancel).off('SIGTERM', cancel)
    output.settle()
  }
}

/** "importing  1,200 of 4,000 (30 %)  480/s  6 s left  2 faults" */
export function progressText({ stage, done, total, rate, secondsLeft, faults }: Progress): string {
  const counts =
    total === null
      ? count(done)
      : `${count(done)} of ${count(total)} (${Math.floor((100 * done) / Math.max(1, total))} %)`
  const parts = [stage, counts]
  if (rate !== null && rate > 0) parts.push(`${rate < 10 ? rate.toFixed(1) : count(Math.round(rate))}/s`)
  if (secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`)
  if (faults > 0) parts.push(`${count(faults)} faults`)
  return parts.join('  ')
}

function metricText(step: number, values: Record<string, number>): string {
  return [
    `step ${count(step)}`,
    ...Object.entries(values).map(([name, value]) => `${name} ${value.toPrecision(4)}`),
  ].join('  ')
}

const count = (value: number): string => value.toLocaleString('en-US')

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
