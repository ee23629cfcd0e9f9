import { webCaption } from './caption.ts'
import { grammar } from './grammar.ts'
import type { NoiseKind } from './grammar.ts'
import { pick, pickWeighted } from './random.ts'
import type { Random } from './random.ts'
import { makeScene } from './scene.ts'
import type { Scene } from './scene.ts'
import { attributeAccuracy } from './truth.ts'

export interface WebText {
  text: string
  kind: 'ok' | 'missing' | NoiseKind
}

/** The text that came with a picture from the web: missing, noisy in known ways, or right. */
export function webText(scene: Scene, random: Random): WebText {
  if (random() < grammar.web.missing) return { text: '', kind: 'missing' }
  if (random() >= grammar.noise.share) return { text: webCaption(scene, random), kind: 'ok' }
  const kind = pickWeighted(random, grammar.noise.kinds)
  return { text: noise(scene, kind, random), kind }
}

/** A caption that is of no use for this scene. */
export function noise(scene: Scene, kind: NoiseKind, random: Random): string {
  if (kind === 'wrong') return wrong(scene, random)
  if (kind === 'truncated') return truncated(scene, random)
  return pick(random, grammar.noise[kind]).replace('{number}', String(1 + Math.floor(random() * 99)))
}

/** The right caption of another picture, with other nouns in it. */
function wrong(scene: Scene, random: Random): string {
  for (;;) {
    const text = webCaption(makeScene(random), random)
    if (!attributeAccuracy(text, scene).nouns) return text
  }
}

/** A right caption cut where something is still missing. */
function truncated(scene: Scene, random: Random): string {
  const words = webCaption(scene, random).split(' ')
  const cuts = words.map((_, index) => words.slice(0, index).join(' ')).slice(2)
  return pick(
    random,
    cuts.filter((cut) => !attributeAccuracy(cut, scene).all),
  )
}
