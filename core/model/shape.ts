import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../contract/fault.ts'
import { readVocabulary, specialTokens } from '../text/vocabulary.ts'

const count = z.number().int().positive()
const epsilon = z.number().positive()
const id = z.number().int().nonnegative()

const imageShape = z.object({
  /** Side of the square input in pixels; a multiple of `patch`. */
  size: count,
  patch: count,
  width: count,
  depth: count,
  heads: count,
  /** Hidden width of the feed-forward blocks. */
  inner: count,
  epsilon: epsilon.default(1e-6),
})

const textShape = z.object({
  vocabularySize: count,
  tokens: z.object({ pad: id, unk: id, cls: id, sep: id, mask: id, dec: id, enc: id }),
  width: count,
  depth: count,
  heads: count,
  inner: count,
  /** Number of positions: the longest sequence in tokens. */
  context: count,
  epsilon: epsilon.default(1e-12),
  /** Share of activations dropped in training. */
  dropout: z.number().min(0).lt(1).default(0.1),
})

/** Everything that fixes the names and shapes of a model's parameters, and how they are run. */
export const shapeSchema = z
  .object({ name: z.string(), image: imageShape, text: textShape, embed: count })
  .refine(({ image }) => image.size % image.patch === 0, 'The image size must be a multiple of the patch size.')
  .refine(({ image }) => image.width % image.heads === 0, 'The image width must be a multiple of its heads.')
  .refine(({ text }) => text.width % text.heads === 0, 'The text width must be a multiple of its heads.')

export type Shape = z.infer<typeof shapeSchema>

/** A shape file: as a shape, but with the vocabulary's path (relative to the file) in place of its size and ids. */
const shapeFile = z.object({
  name: z.string(),
  image: imageShape,
  text: textShape.omit({ vocabularySize: true, tokens: true }).extend({ vocabulary: z.string() }),
  embed: count,
})

/**
 * Reads `resources/models/<name>.json` and the vocabulary it names.
 * @throws Fault `shape-invalid`, `vocabulary-invalid`, or the file system's own error.
 */
export function readShape(path: string): { shape: Shape; vocabularyFile: string } {
  const file = shapeFile.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!file.success) throw invalid(path, file.error)
  const { vocabulary, ...text } = file.data.text
  const vocabularyFile = join(dirname(path), vocabulary)
  const tokens = readVocabulary(vocabularyFile)
  const known = { vocabularySize: tokens.length, tokens: specialTokens(tokens) }
  return { shape: parseShape({ ...file.data, text: { ...text, ...known } }, path), vocabularyFile }
}

/** Checks a shape from outside, for instance from a checkpoint's manifest. */
export function parseShape(value: unknown, subject?: string): Shape {
  const parsed = shapeSchema.safeParse(value)
  if (!parsed.success) throw invalid(subject, parsed.error)
  return parsed.data
}

/** Number of image tokens, the class token included. */
export function imageTokenCount({ image }: Shape): number {
  return (image.size / image.patch) ** 2 + 1
}

function invalid(subject: string | undefined, error: z.ZodError): Fault {
  return new Fault('shape-invalid', `The model shape can't be used. ${z.prettifyError(error)}`, { subject })
}
