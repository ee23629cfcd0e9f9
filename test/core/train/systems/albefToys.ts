import { parseShape } from '../../../../core/model/index.ts'
import { shape as blip } from '../trainee.ts'
import type { Toy } from './toys.ts'

const { name, image, text, embed } = blip
/** Two text layers, one for each half; a queue that batches of four don't fill evenly. */
const shape = parseShape({ name, family: 'albef', image, text: { ...text, depth: 2 }, fusionLayer: 1, embed })
const momentum = { momentum: 0.9, queueSize: 10, distillationRamp: 3, momentumFrom: 2 }

/** Toys of the recipes with a momentum teacher. */
export const albefToys: Record<string, Toy> = {
  albef: { shape, changes: { ...momentum, itmFrom: 3, itmAnchors: 2, maskRate: 0.4 } },
  'blip-momentum': { shape: blip, changes: { ...momentum, itmFrom: 3 } },
}
