import type { Device } from '../ffi/context.ts'

export type { Device }

/** A tensor runtime in use: what the rest of the engine may know of it. */
export interface Runtime {
  /** 'libtensorflow' */
  name: string
  version: string
  /** Folder of the libraries. */
  root: string
  devices(): Device[]
  /** Tensors, state variables and frozen constants that exist on the device now. */
  liveHandles(): number
}
