export function runtimeComplete(folder: string, sha256: string): boolean
