import { humanCaption, webCaption } from './caption.ts'
import { paintScene } from './paint.ts'
import { seededRandom } from './random.ts'
import { makeScene } from './scene.ts'
import type { Scene } from './scene.ts'
import { loadSprites } from './sprites.ts'
import type { Sprites } from './sprites.ts'

export interface TrainingScene {
  /** RGB in rows from the top, `grammar.size` pixels a side (96 x 96 x 3 bytes). */
  rgb: Uint8Array
  caption: string
  scene: Scene
}

/** Share of captions in the fixed human wording; the others are true, but worded as on the web. */
const HUMAN_SHARE = 0.5

/** Any one picture of the endless training stream, without files; for reading in any order. */
export function trainingScene(sprites: Sprites, seed: number, index: number): TrainingScene {
  const random = seededRandom(`${seed}/training/${index}`)
  const scene = makeScene(random)
  const caption = random() < HUMAN_SHARE ? humanCaption(scene) : webCaption(scene, random)
  return { rgb: paintScene(scene, sprites), caption, scene }
}

/** Streams `count` pictures with true captions, and no held-out combination or drawing, for training from nothing. */
export async function* trainingScenes(seed: number, count: number): AsyncGenerator<TrainingScene> {
  const sprites = await loadSprites()
  for (let index = 0; index < count; index++) yield trainingScene(sprites, seed, index)
}
