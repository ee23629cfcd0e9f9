import type { Retrieval } from '../contract/model.ts'
import type { Match } from '../model/measure.ts'
import { decodePictures, type LoadedModel } from '../score/index.ts'
import type { Shape } from '../model/index.ts'
import { capture, tf, type Captured } from '../tensor/index.ts'
import { picturesOf, type HeldOutOptions, type HeldOutPair } from './heldOut.ts'
import { retrieval, type RetrievalInput } from './retrieval.ts'

type Options = Pick<HeldOutOptions, 'pictures' | 'batch' | 'signal' | 'onFault' | 'progress'>

/** Retrieval by a family's own similarity (see `matchedSimilarity`). */
export async function matchedRetrieval(
  model: LoadedModel<Shape>,
  match: Match,
  pairs: HeldOutPair[],
  options: Options,
): Promise<Retrieval> {
  return retrieval(await matchedSimilarity(model, match, pairs, options))
}

/**
 * How alike every held-out picture is to every caption, by a family's own measure, in blocks of one shape, so that three
 * small programs do for any number. Pictures that can't be read are left out.
 */
export async function matchedSimilarity(
  model: LoadedModel<Shape>,
  match: Match,
  pairs: HeldOutPair[],
  options: Options,
): Promise<RetrievalInput> {
  const { batch = 32 } = options
  const programs = capturePrograms(model, match, batch)
  try {
    const { pictures, kept: images } = await look(model, programs, pairs, { ...options, batch })
    const texts = pictures.flatMap(({ texts }) => texts)
    const pictureOf = pictures.flatMap(({ texts }, index) => texts.map(() => index))
    const read = await readTexts(model, programs, texts, batch)
    const similarity = new Float32Array(pictures.length * texts.length)
    for (let row = 0; row < images.length; row++) {
      options.signal?.throwIfAborted()
      for (let column = 0; column < read.length; column++) {
        const block = await programs.compare(images[row]!, read[column]!)
        place(similarity, block, { row: row * batch, column: column * batch, batch, texts: texts.length })
      }
    }
    return { similarity, pictures: pictures.length, texts, pictureOf }
  } finally {
    programs.dispose()
  }
}

type Kept = Float32Array[]

function capturePrograms(model: LoadedModel<Shape>, match: Match, batch: number) {
  const { shape, parameters } = model
  const { size } = shape.image
  const context = shape.text.context
  const state = Object.values(parameters)
  const bare = { shape, parameters }
  const images = capture((input) => match.image(bare, input!), {
    name: 'lookForMatch',
    inputs: [{ shape: [batch, size, size, 3], dtype: 'uint8' }],
    state,
  })
  const texts = capture((input) => match.text(bare, input!), {
    name: 'readForMatch',
    inputs: [{ shape: [batch, context], dtype: 'int32' }],
    state,
  })
  const dims: { images: number[][]; texts: number[][] } = { images: [], texts: [] }
  let comparing: Captured | null = null

  /** Runs a program and copies what it keeps to the host, for later blocks. */
  async function keep(program: Captured, input: Uint8Array | Int32Array, which: keyof typeof dims): Promise<Kept> {
    const outputs = await program.run([input])
    dims[which] = outputs.map((output) => [...output.shape])
    const values = await Promise.all(outputs.map((output) => output.data<'float32'>()))
    tf.dispose(outputs)
    return values.map((value) => Float32Array.from(value))
  }

  async function compare(image: Kept, text: Kept): Promise<Float32Array> {
    comparing ??= capture(
      (...inputs) => [
        match.similarities(
          bare,
          inputs.slice(0, image.length) as tf.Tensor[],
          inputs.slice(image.length) as tf.Tensor[],
        ),
      ],
      {
        name: 'compareForMatch',
        inputs: [...dims.images, ...dims.texts].map((shape) => ({ shape, dtype: 'float32' as const })),
        state,
      },
    )
    const [scores] = await comparing.run([...image, ...text])
    const values = Float32Array.from(await scores!.data<'float32'>())
    scores!.dispose()
    return values
  }

  return {
    look: (input: Uint8Array) => keep(images, input, 'images'),
    read: (input: Int32Array) => keep(texts, input, 'texts'),
    compare,
    dispose: () => [images, texts, comparing].forEach((program) => program?.dispose()),
  }
}
type Programs = ReturnType<typeof capturePrograms>

async function look(
  { shape }: LoadedModel<Shape>,
  programs: Programs,
  pairs: HeldOutPair[],
  { pictures: most, batch, progress, signal, onFault }: Options & { batch: number },
) {
  const wanted = picturesOf(pairs, most)
  const bytes = shape.image.size ** 2 * 3
  const pictures: typeof wanted = []
  const kept: Kept[] = []
  let waiting: Uint8Array[] = []
  const run = async () => {
    const block = new Uint8Array(batch * bytes)
    waiting.forEach((image, row) => block.set(image, row * bytes))
    kept.push(await programs.look(block))
    waiting = []
  }
  for (let at = 0; at < wanted.length; at += batch) {
    signal?.throwIfAborted()
    const { items, images, faults } = await decodePictures(wanted.slice(at, at + batch), shape.image.size)
    for (const [index, item] of items.entries()) {
      pictures.push(item)
      waiting.push(images.slice(index * bytes, (index + 1) * bytes))
      if (waiting.length === batch) await run()
    }
    for (const { item, fault } of faults) onFault?.(item.path, fault)
    progress?.(Math.min(wanted.length, at + batch), wanted.length)
  }
  if (waiting.length > 0) await run()
  return { pictures, kept }
}

async function readTexts({ tokenizer, shape }: LoadedModel<Shape>, programs: Programs, texts: string[], batch: number) {
  const kept: Kept[] = []
  for (let at = 0; at < texts.length; at += batch) {
    const some = texts.slice(at, at + batch)
    // a last block is filled up with empty texts, whose scores nobody reads
    const full = [...some, ...Array.from({ length: batch - some.length }, () => '')]
    kept.push(await programs.read(tokenizer.encodeBatch(full, { length: shape.text.context, first: 'cls' })))
  }
  return kept
}

interface Place {
  row: number
  column: number
  batch: number
  texts: number
}

/** Copies what counts of a block of scores [batch, batch] into the whole table [pictures, texts]. */
function place(table: Float32Array, block: Float32Array, { row, column, batch, texts }: Place): void {
  const width = Math.min(batch, texts - column)
  const rows = Math.min(batch, table.length / texts - row)
  for (let at = 0; at < rows; at++)
    table.set(block.subarray(at * batch, at * batch + width), (row + at) * texts + column)
}
