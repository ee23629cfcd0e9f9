import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../contract/fault.ts'
import type { ClipShape } from '../model/clip/shape.ts'
import type { HostTensors } from '../model/parameters.ts'
import type { QFormerShape } from '../model/qformer/shape.ts'
import type { BlipShape, Shape } from '../model/shape.ts'
import { exportBlip2, importBlip2 } from './blip2.ts'
import { exportClip, importClip } from './clip.ts'
import { exportHuggingFace, importHuggingFace } from './huggingface.ts'
import type { Layout } from './layout.ts'

export interface PublishedModel {
  shape: Shape
  tensors: HostTensors
  vocabulary: string[]
}

/**
 * Writes a folder that transformers loads with `from_pretrained`.
 * @param layout which half of a BLIP model; other families have one layout
 * @returns the files' names
 * @throws Fault `family-unsuitable` for a family that transformers doesn't know
 */
export async function exportPublished(folder: string, model: PublishedModel, layout: Layout): Promise<string[]> {
  const { shape, ...rest } = model
  switch (shape.family) {
    case 'blip':
      return exportHuggingFace(folder, { ...rest, shape: shape as BlipShape, layout })
    case 'qformer':
      return exportBlip2(folder, { ...rest, shape: shape as QFormerShape })
    case 'clip':
      return exportClip(folder, { ...rest, shape: shape as ClipShape })
  }
  throw new Fault('family-unsuitable', `The transformers library has no model like those of "${shape.family}".`, {
    subject: shape.name,
    hint: 'Models of the families blip, qformer and clip can be exported for it.',
  })
}

/**
 * Reads a published folder of any layout that can be read here. What the layout has no place for is missing (see
 * `completeParameters`).
 * @throws Fault `model-unsupported`, `parameter-missing`, `parameter-shape`, `safetensors-invalid` or the file system's own
 */
export async function importPublished(folder: string): Promise<PublishedModel & { missing: string[] }> {
  const { model_type: kind } = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
  if (kind === 'clip') return importClip(folder)
  return kind === 'blip-2' ? importBlip2(folder) : importHuggingFace(folder)
}
