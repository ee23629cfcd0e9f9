import { seeded } from '../model/random.ts'
import { drawOperations, type PictureOperation } from './randAugment.ts'
import { mix } from './random.ts'

export interface Augmentation {
  /** Smallest share of the area that a crop keeps; 1 switches cropping off. */
  cropMinimum: number
  /** Probability of a mirrored picture. */
  flip: number
  /** RandAugment's level of 10; 0 leaves it out. */
  randAugment?: number
}

/** A crop in shares of the picture, whether to mirror it, and what is done to the result. */
export interface Change {
  left: number
  top: number
  width: number
  height: number
  flip: boolean
  operations?: PictureOperation[]
}

const whole: Change = { left: 0, top: 0, width: 1, height: 1, flip: false }

/**
 * The change for one picture in one epoch: a crop of `cropMinimum` … 1 of the area with an aspect between 3:4 and 4:3
 * (RandomResizedCrop's law; a crop that does not fit is shortened), then perhaps a mirror image, then RandAugment.
 * A pure function of its arguments, so that a resumed run sees the same pictures.
 */
export function changeOf(
  seed: number,
  epoch: number,
  sample: number,
  { cropMinimum, flip, randAugment = 0 }: Augmentation,
): Change {
  if (cropMinimum >= 1 && flip <= 0 && randAugment === 0) return whole
  const random = seeded(mix(seed, epoch, sample, 0xa09))
  const area = cropMinimum + (1 - cropMinimum) * random()
  const aspect = cropMinimum >= 1 ? 1 : Math.exp((2 * random() - 1) * Math.log(4 / 3))
  const width = Math.min(1, Math.sqrt(area * aspect))
  const height = Math.min(1, Math.sqrt(area / aspect))
  const left = random() * (1 - width)
  const top = random() * (1 - height)
  const crop = { left, top, width, height, flip: random() < flip }
  return randAugment === 0 ? crop : { ...crop, operations: drawOperations(random, randAugment) }
}
