/** Graphics cards to compile for: those that the plugin describes, and others as variants of these with their published figures. */
import type { PaperDevice } from '../../core/tensor/index.ts'

/** Figures of a card that differ from those of a relative; names as in XLA's GpuDeviceInfoProto. */
interface Variant {
  name: string
  /** Described by the plugin, of the same or a near generation. */
  like: string
  capability: [major: number, minor: number]
  figures: Record<string, number>
}

const described: Record<string, string> = {
  a100: 'NVIDIA A100-SXM4-80GB',
  h100: 'NVIDIA H100 80GB HBM3',
}

const variants: Record<string, Variant> = {
  t4: {
    name: 'Tesla T4',
    like: 'Tesla V100-SXM2-16GB',
    capability: [7, 5],
    figures: {
      core_count: 40,
      fpus_per_core: 64,
      memory_bandwidth: 320e9,
      l2_cache_size: 4 * 2 ** 20,
      clock_rate_ghz: 1.59,
      device_memory_size: 15_655_829_504,
      shared_memory_per_core: 65_536,
      shared_memory_per_block_optin: 65_536,
      threads_per_core_limit: 1024,
    },
  },
  rtx3090: {
    name: 'NVIDIA GeForce RTX 3090',
    like: 'NVIDIA RTX A6000',
    capability: [8, 6],
    figures: { core_count: 82, memory_bandwidth: 936e9, clock_rate_ghz: 1.695, device_memory_size: 25_298_141_184 },
  },
  rtx4090: {
    name: 'NVIDIA GeForce RTX 4090',
    like: 'NVIDIA RTX A6000',
    capability: [8, 9],
    figures: {
      core_count: 128,
      memory_bandwidth: 1008e9,
      l2_cache_size: 72 * 2 ** 20,
      clock_rate_ghz: 2.52,
      device_memory_size: 25_250_627_584,
    },
  },
  rtx5090: {
    name: 'NVIDIA GeForce RTX 5090',
    like: 'NVIDIA RTX PRO 6000 Blackwell',
    capability: [12, 0],
    figures: {
      core_count: 170,
      memory_bandwidth: 1792e9,
      l2_cache_size: 96 * 2 ** 20,
      clock_rate_ghz: 2.407,
      device_memory_size: 33_661_911_040,
    },
  },
}

export const cardNames = ['t4', 'rtx3090', 'rtx4090', 'rtx5090', 'a100', 'h100']

/** A card by its short name. Throws when the plugin lacks the description that it needs. */
export function cardNamed(name: string, known: PaperDevice[]): PaperDevice {
  const find = (title: string) => {
    const device = known.find((entry) => entry.name === title)
    if (!device) throw new Error(`The plugin does not describe the ${title}.`)
    return device
  }
  const variant = variants[name]
  if (variant) return derive(find(variant.like), variant)
  if (described[name]) return find(described[name])
  throw new Error(`There is no card called ${name}; there are ${cardNames.join(', ')}.`)
}

/** Puts a variant's figures into the description of its relative. */
export function derive(device: PaperDevice, { name, capability, figures }: Variant): PaperDevice {
  let text = String(device.options['target_config'])
  for (const [field, value] of Object.entries(figures))
    text = replaceFirst(text, new RegExp(`(\\n  ${field}: )[^\\n]+`), value)
  const [major, minor] = capability
  const found = /cuda_compute_capability \{[^}]*\}/
  if (!found.test(text)) throw new Error(`${device.name} is no NVIDIA card.`)
  text = text.replace(found, `cuda_compute_capability { major: ${major} minor: ${minor} feature_extension: NONE }`)
  text = text.replaceAll(device.name, name)
  const options = { ...device.options, target_config: text }
  return { ...device, name, memoryBytes: figures['device_memory_size'] ?? device.memoryBytes, options }
}

function replaceFirst(text: string, pattern: RegExp, value: number): string {
  if (!pattern.test(text)) throw new Error(`The description has no ${pattern}.`)
  return text.replace(pattern, `$1${value}`)
}
