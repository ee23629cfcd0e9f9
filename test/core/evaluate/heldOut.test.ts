import { beforeAll, expect, test } from 'vitest'
import { heldOutCaptions, heldOutRetrieval } from '../../../core/evaluate/index.ts'
import { createJudge, decodePictures, openModel, type LoadedModel } from '../../../core/score/index.ts'
import { toyCheckpoint, toyPictures } from '../score/toy.ts'

let model: LoadedModel
let pairs: Awaited<ReturnType<typeof toyPictures>>
beforeAll(async () => {
  model = await openModel(await toyCheckpoint())
  pairs = await toyPictures(4)
})

test('retrieval agrees with the scores of all pairs', async () => {
  const measured = await heldOutRetrieval(model, pairs, { pictures: 0, rerank: 0, batch: 3 })
  const judge = createJudge(model, { batch: 4 })
  await judge.look((await decodePictures(pairs, 8)).images)
  let hits = 0
  for (let row = 0; row < 4; row++) {
    const scores = (await judge.judge(pairs.map(({ text }) => ({ row, text })))).map(({ itc }) => itc)
    if (scores.every((score, text) => text === row || score < scores[row]!)) hits++
  }
  expect(measured.imageToText.r1).toBe(hits / 4)
  expect(measured.candidates).toBe(4)
})

test('ranking again with every candidate is the ranking by match score', async () => {
  const measured = await heldOutRetrieval(model, pairs, { pictures: 0, rerank: 4, batch: 3 })
  const judge = createJudge(model, { batch: 4 })
  await judge.look((await decodePictures(pairs, 8)).images)
  let hits = 0
  for (let text = 0; text < 4; text++) {
    const judged = await judge.judge(pairs.map((_, row) => ({ row, text: pairs[text]!.text })))
    const scores = judged.map(({ itmLogit, itc }) => itmLogit + itc)
    if (scores.every((score, row) => row === text || score < scores[text]!)) hits++
  }
  expect(measured.textToImage.r1).toBe(hits / 4)
})

test('pictures that can not be read are left out and reported', async () => {
  const faults: string[] = []
  const options = { pictures: 0, rerank: 2, onFault: (path: string) => faults.push(path) }
  const measured = await heldOutRetrieval(
    model,
    [...pairs, { sampleId: 9, path: '/nowhere.png', text: 'gone' }],
    options,
  )
  expect(measured.candidates).toBe(4)
  expect(faults).toEqual(['/nowhere.png'])
})

test('captions stand beside the pictures they were written for, as many as asked', async () => {
  const captions = await heldOutCaptions(model, pairs, { count: 3, prompt: '' })
  expect(captions.map(({ sampleId, reference }) => [sampleId, reference])).toEqual(
    pairs.slice(0, 3).map(({ sampleId, text }) => [sampleId, text]),
  )
})
