import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../contract/fault.ts'
import { readVocabulary, specialTokens } from '../text/vocabulary.ts'
import { acmr } from './acmr/family.ts'
import { albef } from './albef/index.ts'
import { alignment } from './alignment/index.ts'
import { clipFamily } from './clip/index.ts'
import { cnnRnnFamily } from './cnnRnn/family.ts'
import type { Family } from './family.ts'
import { gan } from './gan/family.ts'
import { blipParameterShapes } from './names.ts'
import { qformer } from './qformer/index.ts'
import { blipShape, type BlipShape, type Shape } from './shape.ts'

/** Starting temperature of the contrastive loss, as in BLIP. */
const temperature = 0.07

const blip: Family<BlipShape> = {
  schema: blipShape,
  parameterShapes: blipParameterShapes,
  initial: (name) => (name === 'temp' ? { fill: temperature } : undefined),
}

/** Every kind of model there is. */
const families = {
  acmr,
  gan,
  blip,
  albef,
  alignment,
  clip: clipFamily,
  qformer,
  'cnn-rnn': cnnRnnFamily,
} as unknown as Record<string, Family>

/** @throws Fault `family-unknown` that names the families there are */
export function familyOf({ family }: Pick<Shape, 'family'>, subject?: string): Family {
  const found = Object.hasOwn(families, family) ? families[family] : undefined
  if (found) return found
  const hint = `There are ${Object.keys(families).join(', ')}.`
  throw new Fault('family-unknown', `There is no family of models called "${family}".`, { subject, hint })
}

/** Every parameter's name and shape, matrices as [out, in]. */
export const parameterShapes = (shape: Shape): Map<string, number[]> => familyOf(shape).parameterShapes(shape)

/** Number of trained values in a model. */
export function parameterCount(shape: Shape): number {
  const sizes = [...parameterShapes(shape).values()].map((dims) => dims.reduce((product, size) => product * size, 1))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/**
 * Checks a shape from outside, for instance from a checkpoint's manifest. One that names no family is BLIP's.
 * @throws Fault `shape-invalid` or `family-unknown`
 */
export function parseShape(value: unknown, subject?: string): Shape {
  const { family = 'blip' } = (value ?? {}) as { family?: string }
  const parsed = familyOf({ family }, subject).schema.safeParse(value)
  if (parsed.success) return parsed.data
  const reason = z.prettifyError(parsed.error)
  throw new Fault('shape-invalid', `The model shape can't be used. ${reason}`, { subject })
}

/**
 * Reads `resources/models/<name>.json`: a shape, but with the vocabulary's path (relative to the file) in place of the
 * vocabulary's size and special ids.
 * @throws Fault `shape-invalid`, `family-unknown`, `vocabulary-invalid`, or the file system's own error
 */
export function readShape(path: string): { shape: Shape; vocabularyFile: string } {
  const file = z.looseObject({ text: z.looseObject({ vocabulary: z.string() }) }).safeParse(readJson(path))
  if (!file.success) {
    const reason = z.prettifyError(file.error)
    throw new Fault('shape-invalid', `The model shape can't be used. ${reason}`, { subject: path })
  }
  const { vocabulary, ...text } = file.data.text
  const vocabularyFile = join(dirname(path), vocabulary)
  const tokens = readVocabulary(vocabularyFile)
  const known = { vocabularySize: tokens.length, tokens: specialTokens(tokens) }
  return { shape: parseShape({ ...file.data, text: { ...text, ...known } }, path), vocabularyFile }
}

/**
 * The shape as BLIP's, for what only a BLIP model can do.
 * @throws Fault `family-unsuitable`
 */
export function asBlip(shape: Shape, subject = shape.name): BlipShape {
  if (shape.family === 'blip') return shape as BlipShape
  throw new Fault('family-unsuitable', `This needs a model of the family "blip", not "${shape.family}".`, {
    subject,
    hint: 'Choose a checkpoint that was trained with one of the BLIP recipes.',
  })
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
