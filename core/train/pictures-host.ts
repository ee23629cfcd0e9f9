import { Worker } from 'node:worker_threads'
import { Fault, faultFrom } from '../contract/fault.ts'
import type { FilledRows, PictureLoader, WantedPicture } from './pictures.ts'
import type { FromThread, ThreadOptions, ToThread } from './pictures-thread.ts'

/**
 * Loads pictures in a thread of its own, so that reading, checking and cropping never hold up the steps; the decoder's
 * own threads work beside it. Memory goes to the thread and comes back without a copy.
 */
export function startPictureLoader(options: ThreadOptions): PictureLoader {
  const thread = new Worker(new URL('pictures-thread.ts', import.meta.url), { workerData: options })
  const calls = new Map<number, PromiseWithResolvers<FilledRows>>()
  let count = 0
  let ended: Fault | null = null

  thread.on('message', (message: FromThread) => {
    const call = calls.get(message.call)!
    calls.delete(message.call)
    if (message.kind === 'failed') return call.reject(faultFrom(message.fault))
    const faults = message.faults.map(({ row, fault }) => ({ row, fault: faultFrom(fault) }))
    call.resolve({ images: message.images, faults })
  })
  thread.on('error', (error) =>
    end(new Fault('unexpected', `Loading pictures failed: ${error.message}`, { cause: error })),
  )
  thread.on('exit', () => end(new Fault('cancelled', 'Loading pictures has ended.')))

  function end(fault: Fault): void {
    ended ??= fault
    for (const call of calls.values()) call.reject(ended)
    calls.clear()
  }

  async function fill(images: Uint8Array, wanted: WantedPicture[]): Promise<FilledRows> {
    if (ended) throw ended
    const call = count++
    const answer = Promise.withResolvers<FilledRows>()
    calls.set(call, answer)
    const message: ToThread = { call, images: images as Uint8Array<ArrayBuffer>, wanted }
    thread.postMessage(message, [message.images.buffer])
    return answer.promise
  }

  return { fill, close: async () => void (await thread.terminate()) }
}
