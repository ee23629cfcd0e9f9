export { tf } from './tfjs.ts'
export { startTensor, type StartOptions } from './runtime/start.ts'
export type {
  Compiled,
  Device,
  DeviceMemory,
  MemoryUse,
  Precision,
  Runtime,
  RuntimeName,
  Statistics,
} from './runtime/runtime.ts'
export type { PaperDevice } from './runtime/pjrt/paperDevice.ts'
export { runtimeFolder } from './provision/folder.ts'
export { selfTest, type SelfTest } from './provision/selfTest.ts'

export { attention } from './ops/attention.ts'
export { embedding } from './ops/embedding.ts'
export { gelu, quickGelu } from './ops/gelu.ts'
export { groupNorm } from './ops/groupNorm.ts'
export { layerNorm } from './ops/layerNorm.ts'
export { linear } from './ops/linear.ts'
export { product } from './ops/product.ts'
export { categorical, dropout, fold, randomNormal, randomUniform } from './ops/random.ts'
export { ignoredLabel, softmaxCrossEntropy } from './ops/softmaxCrossEntropy.ts'
export { adamW, clipByGlobalNorm, globalNorm, type AdamWStep } from './ops/optimiser.ts'
export { profileOperations, type OperationProfile } from './ops/profileOperations.ts'
export { recompute } from './ops/recompute.ts'
export { topK } from './ops/topK.ts'
export { valueAndGradients, type LossWithExtra, type ValueAndGradients } from './ops/gradients.ts'

export { capture, type Captured, type CaptureOptions } from './capture/capture.ts'
export type { StepInput, TensorSpec } from './capture/specs.ts'
