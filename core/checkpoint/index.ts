export {
  loadCheckpoint,
  loadOptimiser,
  loadParameters,
  loadState,
  verifyCheckpoint,
  writeCheckpoint,
  type CheckpointContent,
  type LoadedCheckpoint,
  type VerifiedCheckpoint,
} from './checkpoint.ts'
export { checkpointHash, readManifest, type Lineage, type Manifest } from './manifest.ts'
export { exportBlip2, importBlip2, type ImportedQFormer, type QFormerModel } from './blip2.ts'
export { exportHuggingFace, importHuggingFace, type ExportedModel, type ImportedModel } from './huggingface.ts'
export { exportClip, importClip, type ImportedTwoEncoders, type TwoEncoders } from './clip.ts'
export { exportPublished, importPublished, type PublishedModel } from './published.ts'
export type { Layout } from './layout.ts'
export { openSafetensors, readSafetensors, writeSafetensors } from './safetensors.ts'
