/** Reads what matters of a compiled program: a serialised HloModuleProto, or one inside an HloModuleProtoWithConfig. */

export interface Instruction {
  name: string
  opcode: string
  /** Library or emitter of a custom call. */
  target: string
  /** Text of the backend's configuration; of a fusion it names the emitter. */
  config: string
  called: number[]
}

export interface Module {
  entry: number
  computations: Map<number, Instruction[]>
}

type Field = { number: number; value: bigint | Uint8Array }

export function readModule(bytes: Uint8Array, format: string): Module {
  const fields = [...fieldsOf(bytes)]
  const module = format === 'hlo_with_config' ? [...fieldsOf(messageAt(fields, 1))] : fields
  const computations = module
    .filter(({ number }) => number === 3)
    .map(({ value }) => readComputation(value as Uint8Array))
  return { entry: Number(module.find(({ number }) => number === 6)?.value ?? 0), computations: new Map(computations) }
}

function readComputation(bytes: Uint8Array): [number, Instruction[]] {
  const fields = [...fieldsOf(bytes)]
  const id = Number(fields.find(({ number }) => number === 5)?.value ?? 0)
  return [id, fields.filter(({ number }) => number === 2).map(({ value }) => readInstruction(value as Uint8Array))]
}

/** HloInstructionProto: name 1, opcode 2, custom_call_target 28, called_computation_ids 38, backend_config 43. */
function readInstruction(bytes: Uint8Array): Instruction {
  const fields = [...fieldsOf(bytes)]
  const text = (number: number) => {
    const found = fields.find((field) => field.number === number)?.value
    return found instanceof Uint8Array ? Buffer.from(found).toString('latin1') : ''
  }
  const called = fields.filter(({ number }) => number === 38).flatMap(({ value }) => numbersOf(value))
  return { name: text(1), opcode: text(2), target: text(28), config: text(43), called }
}

/** A repeated whole number may be packed. */
function numbersOf(value: bigint | Uint8Array): number[] {
  if (typeof value === 'bigint') return [Number(value)]
  const numbers: number[] = []
  for (let at = 0; at < value.length;) {
    const [number, next] = varint(value, at)
    numbers.push(Number(number))
    at = next
  }
  return numbers
}

function messageAt(fields: Field[], number: number): Uint8Array {
  return (fields.find((field) => field.number === number)?.value as Uint8Array | undefined) ?? new Uint8Array()
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length;) {
    const [key, start] = varint(bytes, at)
    const number = Number(key >> 3n)
    const wire = Number(key & 7n)
    if (wire === 0) {
      const [value, next] = varint(bytes, start)
      yield { number, value }
      at = next
    } else if (wire === 2) {
      const [length, from] = varint(bytes, start)
      at = from + Number(length)
      yield { number, value: bytes.subarray(from, at) }
    } else if (wire === 1 || wire === 5) at = start + (wire === 1 ? 8 : 4)
    else throw new Error(`Unknown wire type ${wire}.`)
  }
}

function varint(bytes: Uint8Array, start: number): [bigint, number] {
  let value = 0n
  for (let at = start, shift = 0n; ; at++, shift += 7n) {
    const byte = bytes[at]!
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return [value, at + 1]
  }
}

export interface Kernels {
  /** Everything that starts on the device: fusions, library calls, copies. */
  total: number
  fusions: number
  /** Products that Triton wrote. */
  triton: number
  /** Calls of libraries: cuBLAS, cuDNN, … */
  library: number
  /** Products and convolutions that neither a library nor Triton does. */
  loose: number
}

/** Opcodes that start nothing on the device. */
const free = new Set(
  'parameter constant tuple get-tuple-element bitcast after-all add-dependency partition-id replica-id domain opt-barrier async-done copy-done'.split(
    ' ',
  ),
)
const nested = new Set(['call', 'while', 'conditional', 'async-start'])

/** Counts the kernels of one run; a loop's body counts once. */
export function countKernels({ entry, computations }: Module): Kernels {
  const kernels: Kernels = { total: 0, fusions: 0, triton: 0, library: 0, loose: 0 }
  const seen = new Set<number>()
  const holdsProduct = (id: number) => (computations.get(id) ?? []).some(({ opcode }) => isProduct(opcode))
  const visit = (id: number) => {
    if (seen.has(id)) return
    seen.add(id)
    for (const { opcode, config, called } of computations.get(id) ?? []) {
      if (nested.has(opcode)) called.forEach(visit)
      if (free.has(opcode) || nested.has(opcode)) continue
      kernels.total++
      if (opcode === 'custom-call') kernels.library++
      if (isProduct(opcode)) kernels.loose++
      if (opcode !== 'fusion') continue
      kernels.fusions++
      if (!called.some(holdsProduct)) continue
      if (/triton|cudnn|cublas/i.test(config)) kernels.triton++
      else kernels.loose++
    }
  }
  visit(entry)
  return kernels
}

const isProduct = (opcode: string) => opcode === 'dot' || opcode === 'convolution' || opcode === 'scaled-dot'
