import { Fault } from '../../contract/fault.ts'

/** Our codes for those that TensorFlow and XLA share (absl::StatusCode). */
const codes: Record<number, string> = {
  3: 'tensor-invalid', // INVALID_ARGUMENT
  5: 'tensor-unknown', // NOT_FOUND
  8: 'out-of-memory', // RESOURCE_EXHAUSTED
  12: 'tensor-unknown', // UNIMPLEMENTED
}

/** A library's error as a Fault. `subject` tells what was being done, `message` is the library's text. */
export function libraryFault(code: number, message: string, subject: string): Fault {
  const ours = codes[code] ?? 'tensor-failed'
  const hint = ours === 'out-of-memory' ? 'Lower the batch size, the image size, or the model size.' : undefined
  return new Fault(ours, `${subject}: ${message}`, { subject, hint })
}
