import { axisOf, input, known, number, operations, unsupported, type Lowering, type Operations } from '../call.ts'
import { take, takeAtVectors } from '../gathering.ts'

const gather: Lowering = (call) => {
  const [x, ids] = [input(call, 0), input(call, 1)]
  const axis = axisOf(call, known(call, 2)[0]!, x.shape.length)
  const batchDims = number(call, 'batch_dims', 0)
  const batch = batchDims < 0 ? batchDims + ids.shape.length : batchDims
  if (batch > axis) throw unsupported(call, `batch_dims ${batchDims} lies behind axis ${axis}`)
  return take(call.builder, x, ids, axis, batch)
}

const gatherAtVectors: Lowering = (call) => {
  const [x, ids] = [input(call, 0), input(call, 1)]
  const depth = ids.shape.at(-1)
  if (depth === undefined || depth > x.shape.length) throw unsupported(call, 'the index vectors are too long')
  return takeAtVectors(call.builder, x, ids)
}

export const gathers: Operations = {
  ...operations({ GatherV2: gather }, [2]),
  ...operations({ GatherNd: gatherAtVectors }),
}
