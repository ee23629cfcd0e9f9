export function removeLeftovers(folder: string): void
export function requireSpace(folder: string, sizeBytes: number): void
