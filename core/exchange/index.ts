export { importPairs, type WorkOptions, type WorkProgress } from './import/import.ts'
export type { ImportResult } from './import/state.ts'
