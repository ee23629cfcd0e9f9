/**
 * TensorFlow operations to StableHLO text, with shapes inferred here: `newBuilder`, then `parameter`, `constant` and `lowerOperation`
 * as often as needed, and `moduleText` at the end.
 *
 * Subtle: compiled programs can't refuse values. A gather clamps indices that are out of range and a scatter drops its updates,
 * both silently, where libtensorflow throws; only sparse cross-entropy says so, by a loss of NaN. Check ids where they are made.
 */
export { newBuilder, parameter, type Builder, type BuilderOptions, type Value } from './builder.ts'
export { constant } from './constant.ts'
export { moduleText, type ModuleOptions } from './module.ts'
export { hostInputs, lowerOperation } from './operation.ts'
export { lowerUpdate } from './update.ts'
