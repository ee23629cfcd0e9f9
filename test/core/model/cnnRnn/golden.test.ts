import { beforeAll, expect, test } from 'vitest'
import { readSafetensors } from '../../../../core/checkpoint/safetensors.ts'
import { encodeGrid } from '../../../../core/model/cnn.ts'
import { cnnRnnParameterShapes } from '../../../../core/model/cnnRnn/names.ts'
import { writeTokens } from '../../../../core/model/cnnRnn/write.ts'
import { cnnNames } from '../../../../core/model/names-cnn.ts'
import type { HostTensors } from '../../../../core/model/parameters.ts'
import { coverageLoss } from '../../../../core/objective/coverage.ts'
import { captionLabels, nextTokenLoss } from '../../../../core/objective/lm.ts'
import { ignoredLabel, startTensor, tf } from '../../../../core/tensor/index.ts'
import { difference } from '../../tensor/support/check.ts'
import { goldenFolder } from '../golden.ts'
import { every, toyShape } from './toy.ts'

// What scripts/golden/make_captioners.py had PyTorch compute.
let golden: HostTensors
beforeAll(async () => {
  await startTensor()
  golden = await readSafetensors(`${goldenFolder}captioners.safetensors`)
})

const tolerance = 5e-5
const recorded = (name: string) => tf.tensor(golden[name]!.data, golden[name]!.shape)

function errorOf(given: tf.Tensor, name: string): number {
  const expected = golden[name]!
  return `${given.shape}` === `${expected.shape}` ? difference(given.dataSync(), expected.data) : Infinity
}

/** The worst difference of any parameter's gradient, and of that of `first`. */
function gradientError(name: string, names: string[], loss: (...x: tf.Tensor[]) => tf.Tensor, first?: string): number {
  const inputs = names.map((key) => recorded(`${name}/${key === first ? '' : 'parameter.'}${key}`))
  const gradients = tf.grads(loss)(inputs)
  return Math.max(...gradients.map((gradient, i) => errorOf(gradient, `${name}/gradient.${names[i]}`)))
}

for (const { kind, fusion } of every) {
  test(`${kind} with ${fusion} scores, and learns, as PyTorch does`, () => {
    const shape = toyShape({ kind, fusion })
    const name = `${kind}-${fusion}`
    const names = [...cnnRnnParameterShapes(shape).keys()].filter((key) => !key.startsWith('cnn.'))
    const ids = tf.cast(recorded('ids'), 'int32')
    const [batch, length] = ids.shape as [number, number]
    const write = (places: tf.Tensor, ...values: tf.Tensor[]) => {
      const parameters = Object.fromEntries(names.map((key, i) => [key, values[i]!]))
      return writeTokens({ shape, parameters }, places, tf.slice(ids, [0, 0], [batch, length - 1]))
    }
    const loss = (places: tf.Tensor, ...values: tf.Tensor[]) => {
      const { logits, shares } = write(places, ...values)
      const lm = nextTokenLoss(logits, ids, { pad: 0 })
      if (!shares) return lm
      const counted = tf.cast(tf.notEqual(captionLabels(ids, 0, 1), tf.scalar(ignoredLabel, 'int32')), 'float32')
      return tf.add(lm, tf.mul(coverageLoss(shares, counted), 0.7))
    }
    const all = [recorded(`${name}/seen`), ...names.map((key) => recorded(`${name}/parameter.${key}`))] as const
    expect(errorOf(write(...all).logits, `${name}/logits`)).toBeLessThan(tolerance)
    expect(errorOf(loss(...all), `${name}/loss`)).toBeLessThan(tolerance)
    expect(gradientError(name, ['seen', ...names], loss, 'seen')).toBeLessThan(tolerance)
  })
}

test('the CNN sees, and learns, as PyTorch does', () => {
  const cnn = { widths: [4, 6], blocks: 1, groups: 2 }
  const names = cnnNames('cnn', cnn).map(([name]) => name)
  const see = (...values: tf.Tensor[]) => {
    const parameters = Object.fromEntries(names.map((key, i) => [key, values[i]!]))
    return encodeGrid({ parameters }, 'cnn', cnn, recorded('cnn/images'))
  }
  const all = names.map((key) => recorded(`cnn/parameter.${key}`))
  expect(errorOf(see(...all), 'cnn/grid')).toBeLessThan(tolerance)
  const loss = (...values: tf.Tensor[]) => tf.sum(tf.mul(see(...values), recorded('cnn/weights')))
  expect(gradientError('cnn', names, loss)).toBeLessThan(2e-4)
})
