export const order: string[]
export function findRoomFaults(root: string): string[]
export function checkFile(file: string, text: string): string[]
