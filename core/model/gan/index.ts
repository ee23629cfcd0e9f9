export { judge, pictureFeature, seePictures } from './discriminator.ts'
export { conditionOf, generate, toBytes, toSigned } from './generator.ts'
export { generateGrid } from './grid.ts'
export { encodeText, type GanModel } from './text.ts'
