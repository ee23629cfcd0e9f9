import { beforeAll, expect, test } from 'vitest'
import { encodeRegions } from '../../../../core/model/alignment/image.ts'
import { alignment, regionCount, type AlignmentShape } from '../../../../core/model/alignment/index.ts'
import { alignmentMeasures } from '../../../../core/model/alignment/measure.ts'
import { encodeWords } from '../../../../core/model/alignment/text.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { numbers } from '../../tensor/support/check.ts'
import { patches, scan, toyShape, transformer } from './support.ts'

beforeAll(() => startTensor())

/** Every parameter filled with fixed numbers. */
function toyModel(shape: AlignmentShape) {
  const entries = [...alignment.parameterShapes(shape)].map(([name, dims], i) => {
    const values = numbers(
      dims.reduce((a, b) => a * b, 1),
      i + 1,
    )
    return [name, tf.tensor(values, dims)] as const
  })
  return { shape, parameters: Object.fromEntries(entries) }
}

const images = () =>
  tf.tensor(
    Array.from({ length: 2 * 16 * 16 * 3 }, (_, i) => (i * 37) % 256),
    [2, 16, 16, 3],
    'int32',
  )
const lengthsOf = (x: tf.Tensor) => [...tf.norm(x, 2, -1).dataSync()]
const texts = ['gru', 'bigru', 'bilstm', 'transformer'] as const
const withText = (kind: (typeof texts)[number], over = {}) =>
  toyShape({ text: kind === 'transformer' ? transformer : { kind }, ...over })

for (const image of [{}, patches]) {
  test(`makes unit regions of pictures: ${'kind' in image ? image.kind : 'grid'}`, () => {
    const shape = toyShape({ image })
    const { parts, whole } = encodeRegions(toyModel(shape), images())
    expect(parts.shape).toEqual([2, regionCount(shape), 6])
    expect(whole.shape).toEqual([2, 6])
    for (const length of [...lengthsOf(parts), ...lengthsOf(whole)]) expect(length).toBeCloseTo(1, 5)
  })
}

for (const kind of texts) {
  test(`reads texts alike however much padding follows: ${kind}`, () => {
    const model = toyModel(withText(kind))
    const short = encodeWords(model, tf.tensor2d([[2, 5, 6, 3]], undefined, 'int32'))
    const long = encodeWords(model, tf.tensor2d([[2, 5, 6, 3, 0, 0]], undefined, 'int32'))
    expect([...long.mask.dataSync()]).toEqual([1, 1, 1, 1, 0, 0])
    const words = tf.slice(long.parts, [0, 0, 0], [1, 4, 6])
    expect(tf.max(tf.abs(tf.sub(words, short.parts))).dataSync()[0]).toBeLessThan(1e-5)
    expect(tf.max(tf.abs(tf.sub(long.whole, short.whole))).dataSync()[0]).toBeLessThan(1e-5)
  })
}

test('takes the last state of a GRU for the whole, and the mean of other states', () => {
  const ids = tf.tensor2d([[2, 5, 3, 0]], undefined, 'int32')
  const gru = encodeWords(toyModel(withText('gru')), ids)
  const last = tf.reshape(tf.slice(gru.parts, [0, 2, 0], [1, 1, 6]), [1, 6])
  expect(tf.max(tf.abs(tf.sub(gru.whole, last))).dataSync()[0]).toBeLessThan(1e-6)
  const other = encodeWords(toyModel(withText('bigru')), ids)
  const spread = tf.max(tf.abs(tf.sub(other.whole, tf.reshape(tf.slice(other.parts, [0, 2, 0], [1, 1, 6]), [1, 6]))))
  expect(spread.dataSync()[0]).toBeGreaterThan(0.01)
})

for (const match of [{ kind: 'global' }, { kind: 'words' }, scan('text-to-image'), scan('image-to-text')] as const) {
  test(`measures pairs in blocks as all at once: ${'direction' in match ? match.direction : match.kind}`, () => {
    const model = toyModel(withText('bilstm', { match }))
    const { image, text, similarities } = alignmentMeasures.match!
    const kept = { images: image(model, images()), texts: text(model, tf.tensor2d([[2, 5, 3, 0], [2, 6, 7, 3]], undefined, 'int32')) } // prettier-ignore
    const all = similarities(model, kept.images, kept.texts)
    expect(all.shape).toEqual([2, 2])
    const row = (x: tf.Tensor, at: number) =>
      tf.slice(x, [at, ...x.shape.slice(1).map(() => 0)], [1, ...x.shape.slice(1)])
    const one = similarities(
      model,
      kept.images.map((x) => row(x, 1)),
      kept.texts.map((x) => row(x, 0)),
    )
    expect(one.dataSync()[0]).toBeCloseTo(all.dataSync()[2]!, 5)
  })
}

test('refuses widths that heads or groups do not divide', () => {
  const refused = (over: object) => () => toyShape(over)
  expect(refused({ image: { ...patches, heads: 3 } })).toThrow(/heads/)
  expect(refused({ image: { groups: 3 } })).toThrow(/groups/)
  expect(refused({ text: { ...transformer, heads: 3 } })).toThrow(/heads/)
})
