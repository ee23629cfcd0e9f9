export { exportDataset, previewExport, type ExportResult } from './export/export.ts'
export { importPairs, type WorkOptions, type WorkProgress } from './import/import.ts'
export type { ImportResult } from './import/state.ts'
