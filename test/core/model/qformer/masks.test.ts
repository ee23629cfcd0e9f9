import { beforeAll, describe, expect, test } from 'vitest'
import { paddingMask } from '../../../../core/model/bert.ts'
import { captionMask, matchingMask } from '../../../../core/model/qformer/masks.ts'
import {
  captionLogits,
  encodeImages,
  encodeQueries,
  matchLogits,
  rememberPicture,
} from '../../../../core/model/qformer/qformer.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { begunWith, loadQFormer } from './golden.ts'

let golden: Awaited<ReturnType<typeof loadQFormer>>
beforeAll(async () => {
  await startTensor()
  golden = await loadQFormer()
})

const ids = () =>
  tf.tensor2d(
    [
      [2, 5, 3],
      [2, 3, 0],
    ],
    [2, 3],
    'int32',
  )

/** 1 where a place may look, row by row. */
const open = (mask: tf.Tensor) => tf.cast(tf.equal(mask, 0), 'int32').arraySync()

describe('two queries before three tokens, the second text padded at its end', () => {
  test('contrast: text looks at text', () => {
    expect(open(paddingMask(ids(), 0))).toEqual([[[[1, 1, 1]]], [[[1, 1, 0]]]])
  })

  test('matching: every place looks at all queries and tokens', () => {
    expect(open(matchingMask(ids(), 0, 2))).toEqual([[[[1, 1, 1, 1, 1]]], [[[1, 1, 1, 1, 0]]]])
  })

  test('captioning: each token looks at all queries, itself and the tokens before it', () => {
    expect(open(captionMask(ids(), 0, 2))).toEqual([
      [
        [
          [1, 1, 1, 0, 0],
          [1, 1, 1, 1, 0],
          [1, 1, 1, 1, 1],
        ],
      ],
      [
        [
          [1, 1, 1, 0, 0],
          [1, 1, 1, 1, 0],
          [1, 1, 1, 1, 0],
        ],
      ],
    ])
  })

  test('what is blocked gets no weight at all', () => {
    const weights = tf.softmax(tf.add(captionMask(ids(), 0, 2), 5)).arraySync() as number[][][][]
    expect(weights[1]![0]![0]!.slice(3)).toEqual([0, 0])
  })
})

describe('through the whole model', () => {
  const scene = () => {
    const { model, input } = golden
    const picture = rememberPicture(model, encodeImages(model, input('images')))
    return { model, picture, looked: encodeQueries(model, picture, 4), text: input('ids') }
  }
  const values = (x: tf.Tensor) => [...x.dataSync()]

  test('a token changes what is said after it and nothing before it', () => {
    const { model, looked, text } = scene()
    const changed = tf.tensor(
      Array.from(text.dataSync(), (id, at) => (at % 9 === 2 ? 9 : id)),
      text.shape,
      'int32',
    )
    const said = (ids: tf.Tensor) => captionLogits(model, looked.memory, begunWith(ids, model.shape.text.tokens.dec))
    const upTo = (x: tf.Tensor, end: number) => tf.slice(x, [0, 0, 0], [4, end, -1])
    expect(values(upTo(said(changed), 2))).toEqual(values(upTo(said(text), 2)))
    expect(values(upTo(said(changed), 3))).not.toEqual(values(upTo(said(text), 3)))
  })

  test('a caption sees the picture through the queries', () => {
    const { model, looked, text } = scene()
    const other = looked.memory.map(({ key, value }) => ({ key: tf.reverse(key, 0), value: tf.reverse(value, 0) }))
    expect(values(captionLogits(model, other, text))).not.toEqual(values(captionLogits(model, looked.memory, text)))
  })

  test('matching lets the queries read the text, but not its padding', () => {
    const { model, picture, text } = scene()
    const longer = tf.concat([text, tf.zeros([4, 2], 'int32')], 1)
    const scores = values(matchLogits(model, picture, text))
    values(matchLogits(model, picture, longer)).forEach((score, at) => expect(score).toBeCloseTo(scores[at]!, 5))
    expect(values(matchLogits(model, picture, tf.reverse(text, 0)))).not.toEqual(scores)
  })
})
