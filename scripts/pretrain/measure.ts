import { parseArgs } from 'node:util'
import { areaUnderCurve, filterMetrics, retrieval, thresholdKeeping } from '../../core/evaluate/index.ts'
import {
  attributeAccuracy,
  humanCaption,
  loadSprites,
  makeScene,
  paintScene,
  planSample,
  seededRandom,
  type Scene,
  type SceneSet,
} from '../../core/exchange/sample/index.ts'
import { createJudge, createWriter, openModel, type Judge, type LoadedModel } from '../../core/score/index.ts'

/**
 * Measures a checkpoint on scenes it has not seen: captions (share of right attributes), retrieval, and how well its
 * scores tell the sample's true web captions from the noisy ones.
 *
 *   node scripts/pretrain/measure.ts <checkpoint folder> [--scenes 200] [--pairs 400]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scenes: { type: 'string', default: '200' }, pairs: { type: 'string', default: '400' } },
})
const batch = 32
const model = await openModel(positionals[0]!)
const sprites = await loadSprites()
const judge = createJudge(model, { batch })
for (const set of ['training', 'combo', 'vendor'] as const) await measureSet(model, judge, set)
await measureFilter(judge)

async function measureSet(model: LoadedModel, judge: Judge, set: SceneSet): Promise<void> {
  const scenes = Array.from({ length: Number(values.scenes) }, (_, index) =>
    makeScene(seededRandom(`measure/${set}/${index}`), set),
  )
  const writer = createWriter(model, { decoding: { kind: 'greedy' }, prompt: '', minLength: 5, maxLength: 20, batch })
  const features: number[] = []
  const captions: string[] = []
  for (let at = 0; at < scenes.length; at += batch) {
    const images = paint(scenes.slice(at, at + batch))
    features.push(...(await judge.look(images)))
    captions.push(
      ...(await writer.write(
        images,
        scenes.slice(at, at + batch).map((_, index) => at + index),
      )),
    )
  }
  writer.dispose()
  const texts = scenes.map(humanCaption)
  const similarity = cosines(Float32Array.from(features), await judge.read(texts), model.shape.embed)
  const { imageToText, textToImage } = retrieval({
    similarity,
    pictures: scenes.length,
    texts,
    pictureOf: texts.map((_, index) => index),
  })
  const right = scenes.map((scene, index) => attributeAccuracy(captions[index]!, scene))
  const share = (name: keyof (typeof right)[0]) => {
    const known = right.map((each) => each[name]).filter((value) => value !== null)
    return `${name} ${percent(known.filter(Boolean).length / known.length)}`
  }
  const shares = (['nouns', 'count', 'colour', 'size', 'relation', 'all'] as const).map(share).join(', ')
  console.log(
    `${set}: captions right: ${shares}; R@1 picture to text ${percent(imageToText.r1)}, text to picture ${percent(textToImage.r1)} of ${scenes.length}`,
  )
  for (const index of [0, 1, 2]) console.log(`   "${captions[index]}"   for   "${texts[index]}"`)
}

async function measureFilter(judge: Judge): Promise<void> {
  const pairs = planSample(0, { human: 0, web: Number(values.pairs), heldOut: 0 }).web.filter(({ caption }) => caption)
  const scores: { itm: number; itc: number }[] = []
  for (let at = 0; at < pairs.length; at += batch) {
    const some = pairs.slice(at, at + batch)
    await judge.look(paint(some.map(({ scene }) => scene)))
    scores.push(...(await judge.judge(some.map(({ caption }, row) => ({ row, text: caption })))))
  }
  const good = pairs.map(({ kind }) => kind === 'ok')
  for (const metric of ['itm', 'itc'] as const) {
    const values = scores.map((score) => score[metric])
    const { precision, recall } = filterMetrics(values, good, thresholdKeeping(values, 0.45))
    console.log(
      `filter by ${metric}: AUC ${areaUnderCurve(values, good).toFixed(3)}; best 45 %: precision ${percent(precision)}, recall ${percent(recall)}`,
    )
  }
}

function paint(scenes: Scene[]): Uint8Array {
  const pictures = scenes.map((scene) => paintScene(scene, sprites))
  const images = new Uint8Array(pictures.length * pictures[0]!.length)
  pictures.forEach((picture, index) => images.set(picture, index * picture.length))
  return images
}

function cosines(a: Float32Array, b: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: (a.length / width) * (b.length / width) }, (_, at) => {
    const [row, column] = [Math.floor(at / (b.length / width)) * width, (at % (b.length / width)) * width]
    let sum = 0
    for (let k = 0; k < width; k++) sum += a[row + k]! * b[column + k]!
    return sum
  })
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
