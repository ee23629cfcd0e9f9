/** TensorFlow operations to StableHLO text, with shapes inferred here. */
export { newBuilder, parameter, type Builder, type BuilderOptions, type Value } from './builder.ts'
export { constant } from './constant.ts'
export { moduleText, type ModuleOptions } from './module.ts'
export { hostInputs, lowerOperation } from './operation.ts'
export { lowerUpdate } from './update.ts'
