export { retrieval, type RetrievalInput } from './retrieval.ts'
export { filterMetrics, areaUnderCurve, thresholdKeeping, type FilterMetrics } from './filter.ts'
