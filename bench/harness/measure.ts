import { median, type BenchRow } from './record.ts'
import type { Timing } from './program.ts'

/** One of the things that take turns. */
export interface Side {
  name: string
  /** Does one turn; measures itself if it returns a timing, else it is measured here. */
  run(): Promise<Partial<Timing> | void>
}

/** A side's turns. */
export interface Times {
  name: string
  ms: number[]
  cpuMs: number[]
}

export interface TurnOptions {
  turns: number
  /** Turns that are not counted. */
  warmUps?: number
  /** Rest after each turn: idle threads of one side spin a while, which must not fall on the next. */
  pauseMs?: number
}

/**
 * Lets sides take turns one by one, in the opposite order every other round, so that a busy neighbour and a warm cache
 * hit all alike.
 */
export async function alternate(sides: Side[], { turns, warmUps = 1, pauseMs = 20 }: TurnOptions): Promise<Times[]> {
  const all = sides.map(({ name }): Times => ({ name, ms: [], cpuMs: [] }))
  for (let turn = -warmUps; turn < turns; turn++) {
    const order = turn % 2 === 0 ? [...sides.keys()] : [...sides.keys()].toReversed()
    for (const index of order) {
      const { ms, cpuMs } = await timed(sides[index]!)
      if (turn >= 0) {
        all[index]!.ms.push(ms)
        all[index]!.cpuMs.push(cpuMs)
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  return all
}

async function timed({ run }: Side): Promise<Timing> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  const own = await run()
  const { user, system } = process.cpuUsage(before)
  return { ms: own?.ms ?? performance.now() - began, cpuMs: own?.cpuMs ?? (user + system) / 1000 }
}

/** The side whose median turn is the shortest. */
export function fastest(times: Times[]): Times {
  return times.toSorted((a, b) => median(a.ms) - median(b.ms))[0]!
}

/** 210 ms (least 204, processor 415) */
export function describe({ name, ms, cpuMs }: Times): string {
  const text = (value: number) => value.toFixed(value < 10 ? 2 : 0)
  return `${name} ${text(median(ms))} ms (least ${text(Math.min(...ms))}, processor ${text(Math.min(...cpuMs))})`
}

export interface Comparison {
  name: string
  /** Of the rate, for instance 'pairs/s'. */
  unit: string
  /** How many of them one turn does. */
  amount: number
  ours: Times
  /** Every configuration of the peer that was tried: the fastest counts, all are told. */
  peers: Times[]
  /** Least ratio of the rates; null: only reported. */
  target: number | null
  note?: string
}

/** A row of rates by median; the note tells each side's median, least and processor time, and the ratio of the least. */
export function compareRates({ name, unit, amount, ours, peers, target, note }: Comparison): BenchRow {
  const rate = ({ ms }: Times) => (1000 * amount) / median(ms)
  const best = peers.length > 0 ? fastest(peers) : null
  const ratio = best && rate(ours) / rate(best)
  const least = best && `by the least ${(Math.min(...best.ms) / Math.min(...ours.ms)).toFixed(2)}`
  const busy = best && `by processor time ${(Math.min(...best.cpuMs) / Math.min(...ours.cpuMs)).toFixed(2)}`
  const parts = [describe({ ...ours, name: 'ours' }), ...peers.map(describe), least, busy, note]
  return {
    name,
    unit,
    ours: rounded(rate(ours)),
    peer: best && rounded(rate(best)),
    peerName: best && best.name,
    ratio: ratio && rounded(ratio),
    target,
    pass: target === null || ratio === null ? null : ratio >= target,
    n: ours.ms.length,
    note: parts.filter(Boolean).join('; '),
  }
}

/** Three digits that mean something. */
export const rounded = (value: number): number => Number(value.toPrecision(4))
