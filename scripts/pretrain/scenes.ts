import { grammar, humanCaption, loadSprites, trainingScene } from '../../core/exchange/sample/index.ts'

/** The endless stream of training scenes of one seed, painted when asked for. */
export interface SceneStream {
  nouns: string[]
  /** Pictures uint8 [count, size, size, 3] and which nouns they show [count, nouns], 0 or 1. */
  labelled(from: number, count: number): { images: Uint8Array; present: Float32Array }
  /** One picture, a true caption in either wording, and the one in the human wording. */
  pair(index: number): { rgb: Uint8Array; caption: string; human: string }
}

export async function openScenes(seed: number): Promise<SceneStream> {
  const sprites = await loadSprites()
  const nouns = grammar.nouns.map(({ one }) => one)

  function labelled(from: number, count: number) {
    const bytes = grammar.size * grammar.size * 3
    const images = new Uint8Array(count * bytes)
    const present = new Float32Array(count * nouns.length)
    for (let row = 0; row < count; row++) {
      const { rgb, scene } = trainingScene(sprites, seed, from + row)
      images.set(rgb, row * bytes)
      for (const { noun } of scene.things) present[row * nouns.length + nouns.indexOf(noun)] = 1
    }
    return { images, present }
  }

  function pair(index: number) {
    const { rgb, caption, scene } = trainingScene(sprites, seed, index)
    return { rgb, caption, human: humanCaption(scene) }
  }
  return { nouns, labelled, pair }
}
