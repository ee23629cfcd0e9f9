import { readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import type { Pair, Thresholds } from '../../contract/index.ts'
import { filterMetrics } from '../../evaluate/filter.ts'
import { attributeAccuracy, type Accuracy, type Attributes, type ComposedSample } from '../../exchange/sample/index.ts'
import { round } from './stages.ts'

type Scored = 'itm' | 'itc'
type Known = Attributes & { kind: string }

/** What is in each picture. Only for measuring: nothing that filters or trains sees it. */
export interface Truth {
  of(pair: Pair): Known
}

export function readTruth({ folder, truth }: ComposedSample): Truth {
  const known: Record<string, Known> = JSON.parse(readFileSync(truth, 'utf8'))
  return {
    of(pair) {
      const found = known[relative(folder, pair.path).split(sep).join('/')]
      if (!found) throw new Error(`The truth knows nothing of ${pair.path}.`)
      return found
    },
  }
}

/**
 * A threshold from trusted pairs alone: the score that nine of ten of them reach. Of the two scores
 * the one is taken that then rejects more of the web captions.
 */
export function calibrate(trusted: Pair[], web: Pair[]): { metric: Scored; thresholds: Thresholds } {
  const [itm, itc] = (['itm', 'itc'] as const).map((metric) => {
    const scores = trusted.flatMap((pair) => pair[metric] ?? []).sort((a, b) => a - b)
    const threshold = round(Math.min(1, Math.max(0, scores[Math.floor(scores.length / 10)] ?? 0)), 3)
    return { metric, threshold, passing: web.filter((pair) => (pair[metric] ?? -1) >= threshold).length }
  }) as [Choice, Choice]
  const { metric, threshold } = itc.passing < itm.passing ? itc : itm
  return { metric, thresholds: { web: threshold, synthetic: threshold } }
}

interface Choice {
  metric: Scored
  threshold: number
  passing: number
}

/** How well the filter's score tells right web captions from wrong ones. */
export function filterQuality(web: Pair[], truth: Truth, metric: Scored, threshold: number) {
  const scored = web.filter((pair) => pair[metric] !== null)
  const good = scored.map((pair) => truth.of(pair).kind === 'ok')
  const { precision, recall, auc, kept } = filterMetrics(
    scored.map((pair) => pair[metric]!),
    good,
    threshold,
  )
  return {
    precision: round(precision, 3),
    recall: round(recall, 3),
    auc: round(auc, 3),
    kept,
    of: scored.length,
    metric,
    threshold,
  }
}

export type CaptionAccuracy = Record<keyof Accuracy, number>

/** Share of captions that have each attribute right, of those whose picture has it. */
export function captionAccuracy(pairs: Pair[], truth: Truth): CaptionAccuracy & { captions: number } {
  const found = pairs.filter(({ text }) => text !== '').map((pair) => attributeAccuracy(pair.text, truth.of(pair)))
  const share = (name: keyof Accuracy) => {
    const judged = found.flatMap((accuracy) => (accuracy[name] === null ? [] : [accuracy[name]]))
    return round(judged.filter(Boolean).length / Math.max(1, judged.length), 3)
  }
  return {
    captions: found.length,
    nouns: share('nouns'),
    count: share('count'),
    colour: share('colour'),
    relation: share('relation'),
    size: share('size'),
    all: share('all'),
  }
}
