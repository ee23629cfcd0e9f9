import { acmrMeasures } from './acmr/measure.ts'
import { albefMeasures } from './albef/measure.ts'
import { ganMeasures } from './gan/measure.ts'
import { clipMeasures } from './clip/measure.ts'
import { cnnRnnMeasures } from './cnnRnn/measure.ts'
import { alignmentMeasures } from './alignment/measure.ts'
import type { Measures } from './measure.ts'
import { qformerMeasures } from './qformer/measure.ts'
import type { Shape } from './shape.ts'

/** By family; BLIP's are core/score's, which also captions and judges whole projects. */
const measures = {
  acmr: acmrMeasures,
  albef: albefMeasures,
  gan: ganMeasures,
  clip: clipMeasures,
  alignment: alignmentMeasures,
  qformer: qformerMeasures,
  'cnn-rnn': cnnRnnMeasures,
} as unknown as Record<string, Measures>

/** What a family can be measured by; nothing for one that is not listed. */
export const measuresOf = ({ family }: Pick<Shape, 'family'>): Measures => measures[family] ?? {}
