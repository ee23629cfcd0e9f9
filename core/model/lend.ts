import { parameterShapes } from './families.ts'
import type { HostTensors } from './parameters.ts'
import type { Shape } from './shape.ts'

/** Families whose picture encoder is the same ViT, name by name. */
const alike = ['blip', 'albef', 'qformer']

/** Families whose models can lend theirs to a model of this one. */
export const lendersOf = (family: string): string[] =>
  alike.includes(family) ? alike.filter((other) => other !== family) : []

const ofEncoder = (name: string) => name.startsWith('vision_model.')

/** Whether the picture encoder of one shape fits another: the same parameters, of the same sizes. */
export function canLend(from: Shape, to: Shape): boolean {
  const known = parameterShapes(from)
  const wanted = [...parameterShapes(to)].filter(([name]) => ofEncoder(name))
  return wanted.length > 0 && wanted.every(([name, dims]) => `${known.get(name)}` === `${dims}`)
}

/** The parameters of the picture encoder alone. */
export const encoderOf = (tensors: HostTensors): HostTensors =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => ofEncoder(name)))
