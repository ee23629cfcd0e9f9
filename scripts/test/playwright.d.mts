import type { Counts } from './vitest.mjs'
export function countPlaywright(report: unknown): Counts
