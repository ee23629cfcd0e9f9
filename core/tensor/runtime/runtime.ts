import type { Attribute, HostValues } from '../ffi/types.ts'

export type RuntimeName = 'libtensorflow' | 'pjrt'

/** What the inputs of matrix products are rounded to; everything else stays float32. */
export type Precision = 'float32' | 'bfloat16'

/** A device that operations can run on. */
export interface Device {
  name: string
  /** 'CPU', 'GPU', … */
  type: string
  memoryBytes: number
}

/** Memory of the device in bytes. */
export interface DeviceMemory {
  /** What may be used. */
  limit: number
  used: number
  /** The most used so far. */
  peak: number
}

/** A tensor on the device. Whoever was given one frees it, once. Only its own runtime can look inside. */
export interface DeviceValue {
  readonly shape: readonly number[]
  /** TensorFlow's number of the data type. */
  readonly type: number
}

/** The home of a state variable on the device: programs read and change it in place. */
export interface Cell {
  readonly shape: readonly number[]
  readonly type: number
}

/** A value inside a program that is being recorded. */
export interface Recorded {
  readonly shape: readonly number[]
  readonly type: number
}

/** One operation by TensorFlow's name. */
export interface Operation<Value> {
  name: string
  attributes: readonly Attribute[]
  inputs: readonly Value[]
  outputs: number
}

/** A change of state by TensorFlow's name of the resource operation, whose first inputs are the cells. */
export type Change = Omit<Operation<Recorded>, 'outputs'>

/** A tensor runtime in use. Nothing above it knows which one runs. */
export interface Runtime {
  name: RuntimeName
  version: string
  /** Folder of the libraries, or the plugin's file. */
  root: string
  devices(): Device[]
  /** null where the runtime does not count (on a CPU). */
  memory(): DeviceMemory | null
  /** Tensors, cells and frozen constants that exist on the device now. */
  liveHandles(): number
  /** What was compiled since the start. */
  statistics(): Statistics

  upload(shape: readonly number[], type: number, values: HostValues): DeviceValue
  /** Copies the values to the host, waiting until they exist. int64 arrives as int32 values. */
  download(value: DeviceValue): HostValues
  /** A second value on the same memory, with a life of its own. */
  share(value: DeviceValue): DeviceValue
  free(value: DeviceValue): void
  /** Runs one operation now; the results are the caller's. */
  execute(operation: Operation<DeviceValue>): DeviceValue[]

  newCell(shape: readonly number[], type: number): Cell
  /** Sets a cell; the value stays the caller's. */
  writeCell(cell: Cell, value: DeviceValue): void
  /** The cell's present value, which later changes of the cell leave alone; the caller frees it. */
  readCell(cell: Cell): DeviceValue
  freeCell(cell: Cell): void

  record(options: RecordOptions): Recorder
}

export interface RecordOptions {
  /** What the program will be called: one that was kept from an earlier process may be fetched meanwhile. */
  name?: string
  /** Default: the runtime's, set when it was started. */
  precision?: Precision
}

/** A program while it is written down. Ends with `finish` or `discard`. */
export interface Recorder {
  /** Operations so far. */
  readonly nodes: number
  /** The next input of `Program.run`. */
  input(shape: readonly number[], type: number): Recorded
  /** A tensor from before, frozen into the program, which takes it over. */
  hold(value: DeviceValue): Recorded
  constant(shape: readonly number[], type: number, values: HostValues): Recorded
  /** Throws Fault `tensor-invalid` with the operation and its shapes when these don't fit. */
  operation(operation: Operation<Recorded>): Recorded[]
  /** The value of a cell at this point of the program. */
  read(cell: Cell): Recorded
  assign(cell: Cell, value: Recorded): void
  /** Changes cells in place; `after` holds the change back until that value exists. */
  change(cells: readonly Cell[], change: Change, after?: Recorded): void
  finish(options: FinishOptions): Program
  discard(): void
}

export interface FinishOptions {
  name: string
  outputs: readonly Recorded[]
  /** libtensorflow: compile with XLA. A PJRT plugin always does. */
  xla: boolean
}

/** A compiled program. */
export interface Program {
  /** Runs once, off the event loop. The inputs stay the caller's, the results are the caller's. Runs must not overlap. */
  run(inputs: readonly DeviceValue[]): Promise<DeviceValue[]>
  /** Resolves when the program is compiled, rejects when that fails; null where compiling is part of the first run. */
  compiled(): Promise<Compiled | null>
  dispose(): void
}

/** What compiling took and gave. */
export interface Compiled {
  /** Whether it came from the cache on disk. */
  cached: boolean
  seconds: number
  /** Bytes on the device while the program runs; null where the plugin can't tell. */
  memory: MemoryUse | null
  /** The program as recorded (StableHLO). */
  source: string
  /** The program as optimised for the device (HLO text or a serialised HloModuleProto), for inspection. */
  optimised(): OptimisedProgram
}

export interface MemoryUse {
  /** Inputs, state and frozen tensors. */
  arguments: number
  outputs: number
  /** Part of the arguments that the outputs reuse. */
  aliased: number
  /** Scratch memory. */
  temporary: number
  code: number
  /** The most in use at once, arguments included; 0 where the plugin doesn't tell. */
  peak: number
}

export interface OptimisedProgram {
  /** 'hlo', 'hlo_with_config', 'mlir' */
  format: string
  code: Uint8Array
}

export interface Statistics {
  /** Programs compiled by this process, and those read from the cache on disk instead. */
  compiled: number
  cached: number
  compileSeconds: number
  /** Operations compiled for eager use. */
  eager: number
}
