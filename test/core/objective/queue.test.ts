import { beforeAll, expect, test } from 'vitest'
import { contrastiveLoss, positivePairs } from '../../../core/objective/itc.ts'
import { emptyQueue, enqueue, presentKeys, withQueue, type KeyQueue, type Keys } from '../../../core/objective/queue.ts'
import { capture, startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const scalar = (x: tf.Tensor) => x.dataSync()[0]!
const int = (values: number[]) => tf.tensor1d(values, 'int32')

/** Pairs whose features tell their numbers apart, each a picture and a caption of its own. */
function pairs(numbers: number[], caption = numbers): Keys {
  const features = (shift: number) => {
    const rows = numbers.map((n) => [Math.cos(n + shift), Math.sin(n + shift)])
    return tf.tensor2d(rows)
  }
  return { image: features(0), text: features(0.3), sample: int(numbers), caption: int(caption) }
}

function queueOf(size: number): KeyQueue {
  const parts = Object.entries(emptyQueue(size, 2)).map(([part, tensor]) => [part, tf.variable(tensor)])
  return Object.fromEntries(parts)
}

const ids = (queue: Keys) => [...queue.sample.dataSync()]

test('keeps the newest pairs in a queue that no number of batches fills evenly', () => {
  const queue = queueOf(5)
  enqueue(queue, pairs([1, 2, 3]))
  expect(ids(queue)).toEqual([1, 2, 3, -1, -1])
  enqueue(queue, pairs([4, 5, 6]))
  expect(ids(queue)).toEqual([4, 5, 6, 1, 2])
  enqueue(queue, pairs([7, 8, 9]))
  expect(ids(queue)).toEqual([7, 8, 9, 4, 5])
  expect([...queue.image.dataSync().slice(6, 8)]).toEqual([...pairs([4]).image.dataSync()])
  expect([...queue.text.dataSync().slice(8, 10)]).toEqual([...pairs([5]).text.dataSync()])
})

test('takes a batch that is larger than the queue', () => {
  const queue = queueOf(2)
  enqueue(queue, pairs([1, 2, 3, 4]))
  expect(ids(queue)).toEqual([1, 2])
})

const temperature = () => tf.scalar(0.2)

/** The loss of a batch against itself and a queue, without teacher. */
function lossWith(batch: Keys, queue: Keys): tf.Scalar {
  const keys = withQueue(batch, queue)
  return contrastiveLoss({
    image: batch.image,
    text: batch.text,
    imageKeys: keys.image,
    textKeys: keys.text,
    positives: positivePairs(batch, keys),
    present: presentKeys(keys),
    temperature: temperature(),
  })
}

const plainLoss = ({ image, text, ...ids }: Keys) =>
  contrastiveLoss({ image, text, positives: positivePairs(ids), temperature: temperature() })

test('counts no empty place: with an empty queue the loss is that of the batch alone', () => {
  const batch = pairs([1, 2, 3])
  expect(scalar(lossWith(batch, emptyQueue(7, 2)))).toBeCloseTo(scalar(plainLoss(batch)), 6)
})

test('is the logarithm of all keys that are there when every feature is zero', () => {
  const zero = (keys: Keys): Keys => ({ ...keys, image: tf.zerosLike(keys.image), text: tf.zerosLike(keys.text) })
  const queue = queueOf(8)
  enqueue(queue, zero(pairs([4, 5, 6])))
  expect(scalar(lossWith(zero(pairs([1, 2, 3])), queue))).toBeCloseTo(Math.log(6), 5)
})

test('takes neither another caption of the picture nor the same caption of another one for a negative', () => {
  const batch = pairs([1, 2])
  const [samePicture, sameCaption, stranger] = [pairs([1], [9]), pairs([8], [1]), pairs([8], [9])]
  const gradientOf = (other: Keys) => {
    const text = tf.variable(tf.zerosLike(other.text))
    const queue = { ...other, text }
    return valueAndGradients(() => lossWith(batch, queue), [text]).gradients[0]!
  }
  // row 1's picture is drawn towards a positive and pushed away from a negative
  const pull = (other: Keys) => scalar(tf.sum(tf.mul(gradientOf(other), tf.slice(batch.image, 0, 1))))
  expect(pull(samePicture)).toBeLessThan(0)
  expect(pull(sameCaption)).toBeLessThan(0)
  expect(pull(stranger)).toBeGreaterThan(0)
})

test('fills in the same order when the step is captured', async () => {
  const queue = queueOf(5)
  const step = capture(
    (sample) => {
      enqueue(queue, { ...pairs([1, 2, 3]), sample: sample!, caption: sample! })
      return [presentKeys(queue)]
    },
    { inputs: [{ shape: [3], dtype: 'int32' }], state: Object.values(queue) },
  )
  const [first] = await step.run([Int32Array.of(1, 2, 3)])
  expect([...first!.dataSync()]).toEqual([1, 1, 1, 0, 0])
  await step.run([Int32Array.of(4, 5, 6)])
  expect(ids(queue)).toEqual([4, 5, 6, 1, 2])
  step.dispose()
})
