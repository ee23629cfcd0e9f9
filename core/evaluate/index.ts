export { retrieval, type RetrievalInput } from './retrieval.ts'
export { filterMetrics, areaUnderCurve, thresholdKeeping, type FilterMetrics } from './filter.ts'
export { heldOutRetrieval, type HeldOutOptions, type HeldOutPair } from './heldOut.ts'
export { heldOutCaptions, type CaptionOptions, type ComparedCaption } from './captions.ts'
