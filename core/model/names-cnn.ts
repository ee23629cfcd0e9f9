import { z } from 'zod'
import type { Initial } from './family.ts'
import { convolutionNames, kaimingInitial, normNames, type Named } from './names-layers.ts'

const count = z.number().int().positive()

/** What a shape says of a small residual CNN (see cnn.ts). */
export const cnnPart = {
  /** Channels of each stage; each but the first halves the grid. */
  widths: z.array(count).min(1).max(5),
  /** Residual blocks in each stage. */
  blocks: count.default(1),
  /** Groups of its norms; divides every width. */
  groups: count.default(8),
}
export type CnnShape = z.infer<z.ZodObject<typeof cnnPart>>

/** Parameters of the CNN called `name`, named as those of torchvision's ResNet, with norms in place of batch norms. */
export function cnnNames(name: string, { widths, blocks }: CnnShape): Named[] {
  const stages = widths.flatMap((width, stage) =>
    Array.from({ length: blocks }, (_, block) => {
      const into = block > 0 ? width : widths[Math.max(0, stage - 1)]!
      return blockNames(cnnBlock(name, stage, block), width, into, stage > 0 && block === 0)
    }).flat(),
  )
  return [
    ...convolutionNames(`${name}.conv1`, widths[0]!, 3, 3, false),
    ...normNames(`${name}.norm1`, widths[0]!),
    ...stages,
  ]
}

function blockNames(at: string, width: number, into: number, halves: boolean): Named[] {
  const shortcut = [
    ...convolutionNames(`${at}.downsample.0`, width, into, 1, false),
    ...normNames(`${at}.downsample.norm`, width),
  ]
  return [
    ...convolutionNames(`${at}.conv1`, width, into, 3, false),
    ...normNames(`${at}.norm1`, width),
    ...convolutionNames(`${at}.conv2`, width, width, 3, false),
    ...normNames(`${at}.norm2`, width),
    ...(halves ? shortcut : []),
  ]
}

/** Where a block lies: stages count from 1 in torchvision's names. */
export const cnnBlock = (name: string, stage: number, block: number) => `${name}.layer${stage + 1}.${block}`

/** Kernels start as in ResNet; the last norm of each block starts at 0, so that it starts as its shortcut (Goyal et al. 2017). */
export function cnnInitial(parameter: string, dims: number[]): Initial | undefined {
  if (dims.length === 4) return kaimingInitial(dims)
  return /\.layer\d+\.\d+\.norm2\.weight$/.test(parameter) ? { fill: 0 } : undefined
}

/** Side of the grid that pictures of side `size` become. */
export const cnnGrid = (size: number, { widths }: CnnShape) =>
  widths.slice(1).reduce((side) => Math.ceil(side / 2), Math.ceil(size / 2))
