export { captionLogits, encodeImages, imageFeature, matchLogits, textFeature } from './blip.ts'
export { completeParameters, initialise } from './initialise.ts'
export { createDrop, type Drop, type Model } from './layers.ts'
export { asBlip, parameterCount, parameterShapes, parseShape, readShape } from './families.ts'
export type { Family, Initial } from './family.ts'
export {
  checkParameters,
  download,
  upload,
  type HostTensor,
  type HostTensors,
  type Parameters,
  type TrainableParameters,
} from './parameters.ts'
export { seeded, type Random } from './random.ts'
export { blipShape, imageTokenCount, type BlipShape, type Shape } from './shape.ts'
export { rememberPicture, type Memory } from './text.ts'
export { createPictureMemory, type PictureMemory } from './pictures.ts'
export { createCaptioner, type Captioner, type CaptionerOptions } from './captioner.ts'
export type { GeneratedCaption, GenerateOptions } from './generate.ts'
