import type { Pair, Sort } from '../../contract/index.ts'
import type { Client } from '../session.ts'

const pageSize = 500
const order: Sort = { by: 'order', direction: 'ascending' }

/** All pairs of a query, in the order of their import. */
export async function pairsOf(client: Client, text: string): Promise<Pair[]> {
  const { view, count } = await client.pairs.open({ text, sort: order })
  const pages: Pair[] = []
  for (let from = 0; from < count; from += pageSize)
    pages.push(...(await client.pairs.page({ view, from, to: Math.min(count, from + pageSize) })))
  return pages
}

// Each set's pictures are told by their file names.
const of = (set: string) => `path:images/${set}-`

/** Subtle: training leaves rejected pairs out unless the query speaks of decisions, and the raw arm is to have them. */
const anyDecision = '(decision:accepted OR decision:rejected OR decision:undecided)'

/** The queries of the demo. Decisions are those of the filter's threshold. */
export function queriesOf(calibrationFrom: number) {
  const web = `${of('web')} source:web`
  const human = of('human')
  const kept = `${of('web')} decision:accepted`
  return {
    web,
    /** Trusted pairs to learn from, and those that only calibrate the threshold. */
    human,
    learning: `${human} id<${calibrationFrom}`,
    calibration: `${human} id>=${calibrationFrom}`,
    synthetic: `${of('web')} source:synthetic`,
    keptWeb: `${kept} source:web`,
    combo: of('held-out-combo'),
    vendor: of('held-out-vendor'),
    arms: {
      raw: `(${web} ${anyDecision}) OR (${human})`,
      filter: `(${kept} source:web) OR (${human})`,
      'captioner + filter': `(${kept} (source:web OR source:synthetic)) OR (${human})`,
      human,
      random: (until: number) => `(${web} id<=${until} ${anyDecision}) OR (${human})`,
    },
  }
}
export type Queries = ReturnType<typeof queriesOf>
