import { parameterShapes } from '../model/families.ts'
import type { HostTensors } from '../model/parameters.ts'
import type { BlipShape } from '../model/shape.ts'

/** The two published forms of a BLIP model: each holds one half of the text stack. */
export type Layout = 'retrieval' | 'captioning'

export const architectures = {
  retrieval: 'BlipForImageTextRetrieval',
  captioning: 'BlipForConditionalGeneration',
} as const

const decoder = 'text_decoder.bert.'
const encoder = 'text_encoder.'
const ownAttention = /^encoder\.layer\.\d+\.attention\./

/**
 * Our names and the published ones differ only in the captioning layout: there the shared tensors stand under the
 * decoder's name. @returns each published name with ours
 */
export function layoutNames(shape: BlipShape, layout: Layout): Map<string, string> {
  const names = new Map<string, string>()
  for (const name of parameterShapes(shape).keys()) {
    const published = layout === 'retrieval' ? retrievalName(name) : captioningName(name)
    if (published) names.set(published, name)
  }
  return names
}

/** Picks a layout's tensors and gives them their published names. */
export function toLayout(shape: BlipShape, tensors: HostTensors, layout: Layout): HostTensors {
  const entries = [...layoutNames(shape, layout)]
  return Object.fromEntries(entries.map(([published, name]) => [published, tensors[name]!]))
}

function retrievalName(name: string): string | undefined {
  return name.startsWith('text_decoder.') || name === 'temp' ? undefined : name
}

function captioningName(name: string): string | undefined {
  if (name.startsWith('vision_model.') || name.startsWith('text_decoder.')) return name
  if (!name.startsWith(encoder)) return undefined
  const rest = name.slice(encoder.length)
  return ownAttention.test(rest) ? undefined : decoder + rest
}
