import { expect, test } from 'vitest'
import { initialise } from '../../../../core/model/initialise.ts'
import { qformerToys } from '../../train/systems/qformerToys.ts'

const spread = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length)

test("matrices start with BERT's spread for their number of inputs, cut at two deviations", () => {
  const tensors = initialise(qformerToys['qformer']!.shape, 1)
  // the toy is 8 wide, and its feed-forward blocks 16: 0.02 · √(768 / width); a normal cut at ±2 keeps 0.88 of its deviation
  for (const [name, inputs] of [
    ['intermediate_query.dense.weight', 8],
    ['output_query.dense.weight', 16],
  ] as const) {
    const found = spread(tensors[`qformer.encoder.layer.0.${name}`]!.data)
    expect(found / (0.88 * 0.02 * Math.sqrt(768 / inputs))).toBeCloseTo(1, 0.5)
  }
  expect(tensors['temp']!.data[0]).toBeCloseTo(0.07)
  expect(spread(tensors['vision_model.encoder.layers.0.mlp.fc1.weight']!.data)).toBeCloseTo(0.0176, 2)
})
