/** What the desktop's preload gives the window, and nothing more. Absent in a browser. */
export interface Bridge {
  pickFolder(options: { title: string }): Promise<string | null>
  pickFile(options: { title: string; extensions: string[] }): Promise<string | null>
  revealPath(path: string): Promise<void>
}
