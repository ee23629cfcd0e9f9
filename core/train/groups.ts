import { Fault } from '../contract/fault.ts'
import type { Knobs } from './knobs.ts'
import { planOf } from './plans/index.ts'

/**
 * The parameters that a run trains, in the order of the given names: those that the system's losses reach, less the frozen.
 * @throws Fault `recipe-invalid` for a pattern that names no parameter, or when nothing is left to train
 */
export function trainedNames(names: string[], knobs: Knobs): string[] {
  const patterns = patternsOf(knobs.freeze)
  for (const { text, matches } of patterns) {
    if (names.some(matches)) continue
    throw invalid(`The knob "freeze" names "${text}", but the model has no such parameter.`, names)
  }
  const { trains } = planOf(knobs.system)
  const trained = names.filter((name) => trains(name, knobs) && !patterns.some(({ matches }) => matches(name)))
  if (trained.length === 0) throw invalid('The knob "freeze" leaves nothing to train.', names)
  return trained
}

/** "vision_model.*, temp" → what each of its patterns matches; * stands for any characters. */
function patternsOf(freeze: string) {
  const texts = freeze.split(',').map((text) => text.trim())
  return texts.filter(Boolean).map((text) => {
    const expression = new RegExp(`^${text.split('*').map(escaped).join('.*')}$`)
    return { text, matches: (name: string) => expression.test(name) }
  })
}

const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')

function invalid(message: string, names: string[]): Fault {
  const roots = [...new Set(names.map((name) => name.split('.')[0]))].slice(0, 12).join(', ')
  return new Fault('recipe-invalid', message, { subject: 'freeze', hint: `Its parameters begin with ${roots}.` })
}

/** A numbered layer in a parameter's name, for instance vision_model.encoder.layers.3.mlp.fc1.weight. */
const numbered = /^(.*?)\.(?:layers?|blocks|stages)\.(\d+)\./

/**
 * Factors of the learning rate, by name: decay^(number of layers above). What lies below a stack's first layer (embeddings) counts as
 * one more layer; heads and whatever stands in no stack keep the full rate (ELECTRA, arXiv 2003.10555, and BEiT do so).
 */
export function rateFactors(names: string[], decay: number): Map<string, number> {
  const depths = new Map<string, number>()
  for (const name of names) {
    const [, stack, layer] = numbered.exec(name) ?? []
    if (stack !== undefined) depths.set(stack, Math.max(depths.get(stack) ?? 0, Number(layer) + 1))
  }
  const factor = (name: string): number => {
    if (decay === 1) return 1
    const [, stack, layer] = numbered.exec(name) ?? []
    if (stack !== undefined) return decay ** (depths.get(stack)! - 1 - Number(layer))
    const under = [...depths].find(([stack]) => name.includes('embeddings') && name.startsWith(stack.split('.')[0]!))
    return under ? decay ** under[1] : 1
  }
  return new Map(names.map((name) => [name, factor(name)]))
}
