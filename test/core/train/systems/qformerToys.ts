import { qformerShape } from '../../../../core/model/qformer/shape.ts'
import { shape as trainee } from '../trainee.ts'
import type { Toy } from './toys.ts'

const transformer = { width: 8, depth: 2, heads: 2, inner: 16 }

export const qformerToys: Record<string, Toy> = {
  qformer: {
    shape: qformerShape.parse({
      ...trainee,
      family: 'qformer',
      text: { ...trainee.text, ...transformer },
      queries: 2,
      crossFrequency: 1,
    }),
    changes: { itmFrom: 3 },
  },
}
