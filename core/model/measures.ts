import type { Measures } from './measure.ts'
import { qformerMeasures } from './qformer/measure.ts'
import type { Shape } from './shape.ts'

/** By family; BLIP's are core/score's, which also captions and judges whole projects. */
const measures = { qformer: qformerMeasures } as unknown as Record<string, Measures>

/** What a family can be measured by; nothing for one that is not listed. */
export const measuresOf = ({ family }: Pick<Shape, 'family'>): Measures => measures[family] ?? {}
