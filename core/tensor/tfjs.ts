import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'

// Subtle: tfjs-node's kernels call these two functions of node:util, which Node 23 removed.
const legacy = util as unknown as Record<string, unknown>
legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
legacy['isArray'] ??= Array.isArray

// The package has no ESM entry for Node, so this and tfjs-node's require() reach one and the same instance.
export { tf }
