import { Fault } from '../../contract/fault.ts'
import type { FromWorker, Task, ToWorker, WorkPicture } from '../protocol.ts'

/** The worker's end of the line to the engine. */
export interface Channel {
  task: Promise<Task>
  /** Aborted when the engine cancels. */
  signal: AbortSignal
  send(message: FromWorker): void
  /** Asks for the next pictures; an empty list says that none are left. Rejects when the engine cancels meanwhile. */
  want(): Promise<WorkPicture[]>
}

/** Listens to the engine. When the line is cut, the engine is gone and so is the purpose: the process exits. */
export function openChannel(): Channel {
  const controller = new AbortController()
  const task = Promise.withResolvers<Task>()
  let pictures: PromiseWithResolvers<WorkPicture[]> | null = null

  controller.signal.addEventListener('abort', () => pictures?.reject(controller.signal.reason))
  process.on('disconnect', () => process.exit(1))
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'task') task.resolve(message.task)
    else if (message.kind === 'cancel') controller.abort(new Fault('cancelled', 'The job was cancelled.'))
    else pictures?.resolve(message.pictures)
  })

  const send = (message: FromWorker) => void process.send!(message)
  function want(): Promise<WorkPicture[]> {
    pictures = Promise.withResolvers()
    send({ kind: 'want' })
    return pictures.promise
  }
  return { task: task.promise, signal: controller.signal, send, want }
}

/** Says the last word, and leaves when it has arrived. */
export function closeChannel(message: FromWorker): void {
  process.send!(message, () => process.exit(message.kind === 'failed' ? 1 : 0))
}
