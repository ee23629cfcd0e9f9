import type { Builder, Value } from '../builder.ts'
import { input, operations, unsupported, type Lowering, type Operations } from '../call.ts'
import { numberFor } from '../constant.ts'
import { binary, broadcast, compare, iota, reshape, select, unary } from '../instructions.ts'
import { reduce } from '../reduction.ts'

/** Shifted by the largest of the last axis, with its exponentials and their sum. */
function exponentials(builder: Builder, logits: Value) {
  const last = logits.shape.length - 1
  const shifted = binary(builder, 'subtract', logits, reduce(builder, 'maximum', logits, [last], true))
  const powers = unary(builder, 'exponential', shifted)
  return { shifted, powers, sum: reduce(builder, 'add', powers, [last], true) }
}

const softmax: Lowering = (call) => {
  const { powers, sum } = exponentials(call.builder, input(call, 0))
  return binary(call.builder, 'divide', powers, sum)
}

const logSoftmax: Lowering = (call) => {
  const { shifted, sum } = exponentials(call.builder, input(call, 0))
  return binary(call.builder, 'subtract', shifted, unary(call.builder, 'log', sum))
}

/** (logits [N, V], labels [N]) → loss [N], softmax − onehot [N, V]. A label out of range gives NaN as its loss. */
const sparseCrossEntropy: Lowering = (call) => {
  const { builder } = call
  const [logits, labels] = [input(call, 0), input(call, 1)]
  if (logits.shape.length !== 2) throw unsupported(call, 'logits must have two axes')
  const { shifted, powers, sum } = exponentials(builder, logits)
  const classes = iota(builder, logits.shape, 1, labels.type)
  const hit = compare(builder, 'EQ', broadcast(builder, labels, logits.shape, [0]), classes)
  const chosen = reduce(builder, 'add', select(builder, hit, shifted, numberFor(builder, 0, shifted)), [1])
  const loss = binary(builder, 'subtract', reshape(builder, unary(builder, 'log', sum), labels.shape), chosen)
  const shares = binary(builder, 'divide', powers, sum)
  const slope = select(builder, hit, binary(builder, 'subtract', shares, numberFor(builder, 1, shares)), shares)
  return [select(builder, inRange(builder, labels, logits.shape[1]!), loss, numberFor(builder, NaN, loss)), slope]
}

function inRange(builder: Builder, labels: Value, classes: number): Value {
  const above = compare(builder, 'GE', labels, numberFor(builder, 0, labels))
  return binary(builder, 'and', above, compare(builder, 'LT', labels, numberFor(builder, classes, labels)))
}

/** (logits [N, V], shares [N, V]) → loss [N], softmax − shares [N, V]. */
const crossEntropy: Lowering = (call) => {
  const { builder } = call
  const [logits, wanted] = [input(call, 0), input(call, 1)]
  const { shifted, powers, sum } = exponentials(builder, logits)
  const logs = binary(builder, 'subtract', shifted, unary(builder, 'log', sum))
  const loss = unary(builder, 'negate', reduce(builder, 'add', binary(builder, 'multiply', wanted, logs), [1]))
  return [loss, binary(builder, 'subtract', binary(builder, 'divide', powers, sum), wanted)]
}

export const softmaxes: Operations = operations({
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  SparseSoftmaxCrossEntropyWithLogits: sparseCrossEntropy,
  SoftmaxCrossEntropyWithLogits: crossEntropy,
})
