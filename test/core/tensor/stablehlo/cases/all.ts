import type { Case } from '../support/case.ts'
import { binary } from './binary.ts'
import { gather } from './gather.ts'
import { image } from './image.ts'
import { product } from './product.ts'
import { random } from './random.ts'
import { rawCases } from './raw.ts'
import { rawShapes } from './rawShape.ts'
import { reduce } from './reduce.ts'
import { shape } from './shape.ts'
import { unary } from './unary.ts'

/** Every case that runs on each runtime. */
export const cases: Case[] = [
  ...unary,
  ...binary,
  ...reduce,
  ...shape,
  ...gather,
  ...product,
  ...image,
  ...rawCases,
  ...rawShapes,
  ...random,
]
