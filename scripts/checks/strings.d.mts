export function findForbiddenStrings(root: string): string[]
export function findIn(file: string, text: string | null): string[]
