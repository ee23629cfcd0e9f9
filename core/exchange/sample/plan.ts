import { humanCaption } from './caption.ts'
import { webText } from './noise.ts'
import type { WebText } from './noise.ts'
import { seededRandom } from './random.ts'
import type { Random } from './random.ts'
import { makeScene } from './scene.ts'
import type { Scene, SceneSet } from './scene.ts'

/** One picture of the sample, before it is painted. */
export interface Planned {
  /** Relative to the sample's folder, with forward slashes. */
  path: string
  scene: Scene
  caption: string
  kind: WebText['kind']
}

export type SetName = 'human' | 'web' | 'held-out-combo' | 'held-out-vendor'

export interface Counts {
  human: number
  web: number
  /** Of each of the two held-out sets. */
  heldOut: number
}

/** All pictures and captions of a sample; depends on nothing but the seed and the counts. */
export function planSample(seed: number, { human, web, heldOut }: Counts): Record<SetName, Planned[]> {
  return {
    human: planDistinct(seed, 'human', human, 'training'),
    web: Array.from({ length: web }, (_, index) => planWeb(seed, index)),
    'held-out-combo': planDistinct(seed, 'held-out-combo', heldOut, 'combo'),
    'held-out-vendor': planDistinct(seed, 'held-out-vendor', heldOut, 'vendor'),
  }
}

function planWeb(seed: number, index: number): Planned {
  const random = seededRandom(`${seed}/web/${index}`)
  const scene = makeScene(random)
  const { text, kind } = webText(scene, random)
  return { path: pathOf('web', index), scene, caption: text, kind }
}

/** Enough draws to find an unused caption while there are plenty; a sample of many thousands has to repeat some. */
const DRAWS = 50

/** Scenes with captions that differ, so that retrieval among them has one right answer. */
function planDistinct(seed: number, name: SetName, count: number, set: SceneSet): Planned[] {
  const seen = new Set<string>()
  return Array.from({ length: count }, (_, index) => {
    const scene = freshScene(seededRandom(`${seed}/${name}/${index}`), set, seen)
    const caption = humanCaption(scene)
    seen.add(caption)
    return { path: pathOf(name, index), scene, caption, kind: 'ok' }
  })
}

function freshScene(random: Random, set: SceneSet, seen: Set<string>): Scene {
  let scene = makeScene(random, set)
  for (let draw = 1; draw < DRAWS && seen.has(humanCaption(scene)); draw++) scene = makeScene(random, set)
  return scene
}

function pathOf(name: SetName, index: number): string {
  return `images/${name}-${String(index + 1).padStart(5, '0')}.webp`
}
