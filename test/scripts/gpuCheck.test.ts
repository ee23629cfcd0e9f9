import { describe, expect, it } from 'vitest'
import { cardNamed, cardNames, derive } from '../../scripts/gpu-check/cards.ts'
import { countKernels, readModule, type Module } from '../../scripts/gpu-check/hlo.ts'

const description = (name: string) => `gpu_device_info {
  core_count: 84
  memory_bandwidth: 1
  l2_cache_size: 1
  clock_rate_ghz: 1
  fpus_per_core: 1
  device_memory_size: 1
  shared_memory_per_core: 1
  shared_memory_per_block_optin: 1
  threads_per_core_limit: 1
  cuda_compute_capability {
    major: 8
    minor: 6
  }
}
device_description_str: "${name}"
`

const known = [
  'Tesla V100-SXM2-16GB',
  'NVIDIA RTX A6000',
  'NVIDIA RTX PRO 6000 Blackwell',
  'NVIDIA A100-SXM4-80GB',
  'NVIDIA H100 80GB HBM3',
].map((name) => ({ name, memoryBytes: 1, options: { target_config: description(name), topology: '1x1x1' } }))

describe('cards that are not there', () => {
  it('can all be described with what the plugin knows', () => {
    for (const name of cardNames) expect(cardNamed(name, known).options['target_config']).toContain('core_count')
  })

  it('differ from their relatives by their own figures', () => {
    const card = cardNamed('rtx4090', known)
    expect(card.name).toBe('NVIDIA GeForce RTX 4090')
    expect(card.memoryBytes).toBe(25_250_627_584)
    expect(card.options['target_config']).toMatch(
      /core_count: 128\n[^]*major: 8 minor: 9 [^]*"NVIDIA GeForce RTX 4090"/,
    )
  })

  it('are refused when a figure has no place in the description', () => {
    const variant = { name: 'x', like: 'y', capability: [9, 0] as [number, number], figures: { made_up: 1 } }
    expect(() => derive(known[0]!, variant)).toThrow(/made_up/)
  })
})

const instruction = (opcode: string, called: number[] = [], config = '') => ({
  name: '',
  opcode,
  target: '',
  config,
  called,
})

it('counts what starts on the device, and products that neither a library nor Triton does', () => {
  const module: Module = {
    entry: 1,
    computations: new Map([
      [
        1,
        [
          instruction('parameter'),
          instruction('fusion', [2], '{"kind":"__triton_gemm"}'),
          instruction('fusion', [2]),
          instruction('fusion', [3]),
          instruction('custom-call'),
          instruction('dot'),
          instruction('while', [4]),
          instruction('while', [4]),
        ],
      ],
      [2, [instruction('dot')]],
      [3, [instruction('add')]],
      [4, [instruction('copy'), instruction('tuple')]],
    ]),
  }
  expect(countKernels(module)).toEqual({ total: 6, fusions: 3, triton: 1, library: 1, loose: 2 })
})

it('reads computations and instructions out of a serialised module', () => {
  const message = (number: number, bytes: number[]) => [(number << 3) | 2, bytes.length, ...bytes]
  const number = (field: number, value: number) => [field << 3, value]
  const text = (value: string) => [...Buffer.from(value)]
  // Field numbers above 15 take a second byte: 38 → 0xb2 0x02 (packed), 43 → 0xda 0x02.
  const fusion = [...message(2, text('fusion')), 0xb2, 0x02, 1, 7, 0xda, 0x02, 6, ...text('triton')]
  const computation = [...message(2, fusion), ...number(5, 3)]
  const module = [...message(3, computation), ...number(6, 3)]
  const expected = [{ name: '', opcode: 'fusion', target: '', config: 'triton', called: [7] }]
  expect(readModule(Uint8Array.from(module), 'hlo')).toEqual({ entry: 3, computations: new Map([[3, expected]]) })
  expect(readModule(Uint8Array.from(message(1, module)), 'hlo_with_config').entry).toBe(3)
})
