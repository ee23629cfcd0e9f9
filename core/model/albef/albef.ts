import { embedding, gelu, linear, tf } from '../../tensor/index.ts'
import { attentionBlock, dropped, feedForward, paddingMask, remember, type Memory } from '../bert.ts'
import { dense, norm, parameter, type Model, firstToken } from '../layers.ts'
import { rerun } from '../rerun.ts'
import { unit } from '../unit.ts'
import { languageHead, textEmbeddings, textLayer, wordEmbeddings } from './names.ts'
import type { AlbefShape } from './shape.ts'

/** ALBEF (arXiv 2107.07651) as pure functions of a model and its inputs. Image tokens come from BLIP's ViT, which is the same. */
export { encodeImages } from '../vision.ts'

export type Albef = Model<AlbefShape>

/** What the text-only half makes of captions. */
export interface ReadText {
  /** [B, L, W] */
  states: tf.Tensor
  /** Padding, as `paddingMask` gives it: [B, 1, 1, L]. */
  mask: tf.Tensor
}

/** The lower half of the BERT: captions by themselves. ids int32 [B, L], [CLS] first. */
export function readText(model: Albef, ids: tf.Tensor): ReadText {
  const mask = paddingMask(ids, model.shape.text.tokens.pad)
  let states = embedTokens(model, ids)
  for (let i = 0; i < model.shape.fusionLayer; i++) states = textBlock(model, i, states, states, mask)
  return { states, mask }
}

/** Unit image features: image tokens [B, N, Wv] → [B, embed]. */
export function imageFeature(model: Albef, image: tf.Tensor): tf.Tensor {
  return unit(dense(model, 'vision_proj', firstToken(image)))
}

/** Unit text features: [B, embed]. */
export function textFeature(model: Albef, { states }: ReadText): tf.Tensor {
  return unit(dense(model, 'text_proj', firstToken(states)))
}

/** Keys and values of pictures for each layer that looks at them: image tokens [B, N, Wv]. */
export function rememberPicture(model: Albef, image: tf.Tensor): Memory[] {
  const { fusionLayer, text } = model.shape
  const layers = Array.from({ length: text.depth - fusionLayer }, (_, i) => textLayer(fusionLayer + i))
  return layers.map((layer) => remember(model, `${layer}.crossattention`, image))
}

/** The upper half of the BERT: captions that look at the pictures. Goes on from `readText`; [B, L, W]. */
export function fuse(model: Albef, { states, mask }: ReadText, picture: Memory[]): tf.Tensor {
  const { fusionLayer, text } = model.shape
  for (let i = fusionLayer; i < text.depth; i++) {
    states = textBlock(model, i, states, states, mask, picture[i - fusionLayer])
  }
  return states
}

/** Scores of no match and match, from the first place of the fused captions: [B, 2]. */
export function matchLogits(model: Albef, { states, mask }: ReadText, picture: Memory[]): tf.Tensor {
  const { fusionLayer, text } = model.shape
  const last = text.depth - 1
  for (let i = fusionLayer; i < last; i++) {
    states = textBlock(model, i, states, states, mask, picture[i - fusionLayer])
  }
  // of the last layer only the first place is used; the others merely give keys and values
  const [batch, , width] = states.shape as [number, number, number]
  const first = tf.slice(states, [0, 0, 0], [batch, 1, width])
  const fused = textBlock(model, last, first, states, mask, picture[last - fusionLayer])
  return dense(model, 'itm_head', tf.reshape(fused, [batch, width]))
}

/** Scores of the word at each place, from captions with gaps and the pictures: int32 [B, L] → [B · L, V]. */
export function maskedLogits(model: Albef, ids: tf.Tensor, picture: Memory[]): tf.Tensor {
  const fused = fuse(model, readText(model, ids), picture)
  const inner = gelu(dense(model, `${languageHead}.transform.dense`, fused))
  const ready = norm(model, `${languageHead}.transform.LayerNorm`, inner, model.shape.text.epsilon)
  const scores = linear(ready, parameter(model, wordEmbeddings), parameter(model, `${languageHead}.bias`))
  return tf.reshape(scores, [-1, model.shape.text.vocabularySize])
}

/** One layer for the states x, which attend to `all` and then, where there is one, to a picture. */
function textBlock(model: Albef, layer: number, x: tf.Tensor, all: tf.Tensor, mask: tf.Tensor, picture?: Memory) {
  const name = textLayer(layer)
  const inputs = [x, mask, ...(picture ? [picture.key, picture.value] : []), ...(all === x ? [] : [all])]
  return rerun(model, [name], inputs, (model, [x, mask, ...rest]) => {
    const [key, value] = picture ? rest.splice(0, 2) : []
    const seen = { ...remember(model, `${name}.attention`, rest[0] ?? x!), mask: mask! }
    const attended = attentionBlock(model, `${name}.attention`, x!, seen)
    if (!picture) return feedForward(model, name, attended)
    return feedForward(
      model,
      name,
      attentionBlock(model, `${name}.crossattention`, attended, { ...picture, key: key!, value: value! }),
    )
  })
}

/** Words, positions and the one segment there is, normed: int32 [B, L] → [B, L, W]. */
function embedTokens(model: Albef, ids: tf.Tensor): tf.Tensor {
  const table = (kind: string) => parameter(model, `${textEmbeddings}.${kind}_embeddings.weight`)
  const words = embedding(parameter(model, wordEmbeddings), ids)
  const places = tf.add(tf.slice(table('position'), [0, 0], [ids.shape[1]!, -1]), tf.slice(table('token_type'), 0, 1))
  return dropped(model, norm(model, `${textEmbeddings}.LayerNorm`, tf.add(words, places), model.shape.text.epsilon))
}
