import type { Operations } from './call.ts'
import { activations } from './operations/activation.ts'
import { blocks } from './operations/blocks.ts'
import { convolutions } from './operations/convolution.ts'
import { einsums } from './operations/einsum.ts'
import { elementwise } from './operations/elementwise.ts'
import { fills } from './operations/fill.ts'
import { gathers } from './operations/gather.ts'
import { integer } from './operations/integer.ts'
import { products } from './operations/matmul.ts'
import { normalisations } from './operations/normalisation.ts'
import { poolings } from './operations/pooling.ts'
import { randoms } from './operations/random.ts'
import { norms, reductions } from './operations/reduce.ts'
import { resizes } from './operations/resize.ts'
import { scans } from './operations/scan.ts'
import { scatters } from './operations/scatter.ts'
import { shapes } from './operations/shape.ts'
import { slices } from './operations/slice.ts'
import { softmaxes } from './operations/softmax.ts'

/** Every operation that can be compiled. */
export const table: Operations = {
  ...elementwise,
  ...integer,
  ...activations,
  ...reductions,
  ...norms,
  ...softmaxes,
  ...products,
  ...shapes,
  ...slices,
  ...fills,
  ...gathers,
  ...scatters,
  ...randoms,
  ...convolutions,
  ...poolings,
  ...normalisations,
  ...resizes,
  ...blocks,
  ...scans,
  ...einsums,
}
