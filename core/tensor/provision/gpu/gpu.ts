/** A graphics card, as far as this machine tells without any toolkit. What isn't known is null. */
export interface Gpu {
  vendor: 'nvidia' | 'amd' | 'intel'
  /** Model, for instance "NVIDIA GeForce RTX 4090". */
  name: string
  memoryBytes: number | null
  /** Version of the driver; null where none is loaded or it doesn't say. */
  driver: string | null
  /** NVIDIA's compute capability ("8.9") or AMD's target ("gfx942"). */
  target: string | null
  /** PCI address, for instance "0000:01:00.0". */
  bus: string | null
}
