import type { HostValues } from '../../ffi/types.ts'
import type { Compiled, Device, DeviceMemory } from '../runtime.ts'

/** StableHLO text of a whole program, with the numbers of its parameters and results. */
export interface Module {
  /** What it is, for people. */
  name: string
  text: string
  parameters: number
  outputs: number
}

export interface Run {
  outputs: bigint[]
  /** Resolves when the run is over; rejects with its Fault. */
  done: Promise<void>
}

/** A compiled program on a device. */
export interface Loaded {
  /** Runs it; buffers of aliased parameters are consumed, except those at `kept`. Shapes and types are the caller's duty. */
  start(buffers: readonly bigint[], kept: readonly number[]): Run
  compiled: Compiled
  destroy(): void
}

/** An eager operation, compiled. */
export interface Immediate {
  /** Starts it and returns its results; reading one waits for it. */
  run(buffers: readonly bigint[]): bigint[]
  destroy(): void
}

/** Where buffers live and programs run: a plugin's device, or one that is only described. */
export interface PjrtDevice {
  version: string
  /** The plugin's file. */
  root: string
  devices(): Device[]
  memory(): DeviceMemory | null
  /** Whether tensors have values: false on paper. */
  hasValues: boolean
  put(shape: readonly number[], type: number, values: HostValues): bigint
  get(buffer: bigint, shape: readonly number[], type: number): HostValues
  destroy(buffer: bigint): void
  /** Whether a program consumed the buffer. */
  consumed(buffer: bigint): boolean
  /** A program of this name will be compiled soon: what was kept of it may be loaded already. */
  expect(name: string): void
  /** Compiles off the event loop, or takes the program from the cache on disk. */
  compile(module: Module): Promise<Loaded>
  /** Compiles at once, for eager operations. */
  compileNow(module: Module): Immediate
}
