import { beforeAll, expect, test } from 'vitest'
import { encodePlaces } from '../../../../core/model/cnnRnn/picture.ts'
import type { CnnRnnShape } from '../../../../core/model/cnnRnn/shape.ts'
import { writeTokens } from '../../../../core/model/cnnRnn/write.ts'
import { initialise, parameterShapes, parseShape, upload } from '../../../../core/model/index.ts'
import { nextTokenLoss } from '../../../../core/objective/lm.ts'
import { capture, startTensor, tf } from '../../../../core/tensor/index.ts'
import { difference, numbers } from '../../tensor/support/check.ts'
import { every, toyShape } from './toy.ts'

beforeAll(() => startTensor())

const images = (seed: number, size = 8) =>
  tf.tensor(
    numbers(2 * size * size * 3, seed).map((value) => Math.round(127.5 * (value + 1))),
    [2, size, size, 3],
    'int32',
  )
const ids = (last = 8) =>
  tf.tensor2d(
    [
      [5, 7, 9, 10, last],
      [5, 8, 8, 3, 0],
    ],
    undefined,
    'int32',
  )

const fresh = (shape: CnnRnnShape) => ({ shape, parameters: upload(initialise(shape, 4)) })
const scores = (model: ReturnType<typeof fresh>, pixels: tf.Tensor, tokens: tf.Tensor) =>
  writeTokens(model, encodePlaces(model, pixels), tokens)

for (const { kind, fusion } of every) {
  test(`${kind} with ${fusion}: scores depend on the picture and on the words so far, not on those to come`, () => {
    const model = fresh(toyShape({ kind, fusion }))
    const at = (pixels: tf.Tensor, tokens: tf.Tensor) => scores(model, pixels, tokens).logits
    const plain = at(images(1), ids())
    const before = (x: tf.Tensor) => tf.slice(x, [0, 0, 0], [1, 4, 11]).dataSync()
    const after = (x: tf.Tensor) => tf.slice(x, [0, 4, 0], [1, 1, 11]).dataSync()
    const changed = at(images(1), ids(10))
    expect(plain.shape).toEqual([2, 5, 11])
    expect(difference(before(changed), before(plain))).toBeLessThan(1e-6)
    expect(difference(after(changed), after(plain))).toBeGreaterThan(1e-4)
    expect(difference(before(at(images(2), ids())), before(plain))).toBeGreaterThan(1e-5)
  })

  test(`${kind} with ${fusion}: a captured step gives every parameter the gradient it gets eagerly`, async () => {
    const model = fresh(toyShape({ kind, fusion }))
    const variables = Object.values(model.parameters)
    const step = (pixels: tf.Tensor, tokens: tf.Tensor) => {
      const loss = () => {
        const { logits } = scores(model, pixels, tf.slice(tokens, [0, 0], [2, 4]))
        return nextTokenLoss(logits, tokens, { pad: 0 })
      }
      const { value, grads } = tf.variableGrads(loss, variables)
      return [value, ...variables.map((variable) => grads[variable.name]!)]
    }
    const eager = tf.tidy(() => step(images(1), ids()).map((tensor) => tensor.dataSync()))
    const inputs = [
      { shape: [2, 8, 8, 3], dtype: 'uint8' as const },
      { shape: [2, 5], dtype: 'int32' as const },
    ]
    const captured = capture(step, { inputs, state: variables, name: 'write' })
    const results = await captured.run([Uint8Array.from(images(1).dataSync()), ids().dataSync() as Int32Array])
    results.forEach((tensor, i) => expect(difference(tensor.dataSync(), eager[i]!)).toBeLessThan(1e-5))
    captured.dispose()
    const idle = Object.keys(model.parameters).filter((_, i) => eager[i + 1]!.every((value) => value === 0))
    expect(idle.filter((name) => !resting(name))).toEqual([])
  })
}

/** A fresh residual block is its shortcut, so that what lies behind its last norm's zero scale rests at first. */
const resting = (name: string) => /\.layer\d\.\d\.(conv1|norm1|conv2)\./.test(name)

test('what Show, Attend and Tell looked at sums to 1 at each word', () => {
  const model = fresh(toyShape({ kind: 'lstm', fusion: 'attention', size: 12 }))
  const { shares } = scores(model, images(3, 12), ids())
  expect(shares!.shape).toEqual([2, 5, 9])
  expect(difference(tf.sum(shares!, -1).dataSync(), Array(10).fill(1))).toBeLessThan(1e-6)
})

test('a fresh model scores all words nearly alike, so that its loss is ln V', () => {
  for (const { kind, fusion } of every) {
    const model = fresh(toyShape({ kind, fusion, text: { width: 32, inner: 48 } }))
    const { logits } = scores(model, images(1), tf.slice(ids(), [0, 0], [2, 4]))
    const loss = nextTokenLoss(logits, ids(), { pad: 0, smoothing: 0 }).dataSync()[0]!
    expect(Math.abs(loss - Math.log(11))).toBeLessThan(0.35)
  }
})

test('a shape is checked: groups, heads, unknown fusion', () => {
  const shape = toyShape()
  expect(parameterShapes(shape).get('attention.score.weight')).toEqual([1, 8])
  const refused = (change: object) => () => parseShape({ ...shape, ...change })
  const invalid = expect.objectContaining({ code: 'shape-invalid' })
  expect(refused({ image: { ...shape.image, groups: 3 } })).toThrow(invalid)
  expect(refused({ text: { ...shape.text, fusion: 'telepathy' } })).toThrow(invalid)
  expect(refused({ text: { ...toyShape({ kind: 'transformer' }).text, heads: 3 } })).toThrow(invalid)
})
