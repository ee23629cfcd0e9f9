export interface FilterMetrics {
  precision: number
  recall: number
  auc: number
  kept: number
}

/**
 * How well scores tell good pairs from bad ones.
 * @param scores higher means better; @param good the known truth; @param threshold a pair is kept if its score is at least this
 */
export function filterMetrics(scores: ArrayLike<number>, good: ArrayLike<boolean>, threshold: number): FilterMetrics {
  let kept = 0
  let keptGood = 0
  let allGood = 0
  for (let index = 0; index < scores.length; index++) {
    if (good[index]) allGood++
    if (scores[index]! < threshold) continue
    kept++
    if (good[index]) keptGood++
  }
  return {
    precision: kept ? keptGood / kept : 0,
    recall: allGood ? keptGood / allGood : 0,
    auc: areaUnderCurve(scores, good),
    kept,
  }
}

/** Probability that a good pair scores above a bad one; ties count half (Mann and Whitney). 0.5 if one kind is missing. */
export function areaUnderCurve(scores: ArrayLike<number>, good: ArrayLike<boolean>): number {
  const order = Array.from({ length: scores.length }, (_, index) => index).sort((a, b) => scores[a]! - scores[b]!)
  let rankSum = 0
  let goods = 0
  for (let from = 0; from < order.length;) {
    let to = from
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++
    const middleRank = (from + 1 + to) / 2
    for (let place = from; place < to; place++) {
      if (!good[order[place]!]) continue
      rankSum += middleRank
      goods++
    }
    from = to
  }
  const bads = order.length - goods
  return goods && bads ? (rankSum - (goods * (goods + 1)) / 2) / (goods * bads) : 0.5
}

/** The threshold that keeps the best `share` of the scores. */
export function thresholdKeeping(scores: ArrayLike<number>, share: number): number {
  if (!scores.length) return 0
  const sorted = Array.from(scores).sort((a, b) => b - a)
  const count = Math.min(sorted.length, Math.max(1, Math.round(share * sorted.length)))
  return sorted[count - 1]!
}
