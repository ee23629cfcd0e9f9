import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportBlip2, exportHuggingFace } from '../../core/checkpoint/index.ts'
import { exportedModel, ourOutputs, pictures, texts } from './exportedModel.ts'
import { exportedQFormer, qformerOutputs } from './exportedQFormer.ts'

/** Exports both layouts of a small BLIP, and a small Q-Former, beside our own outputs, for check_export.py. */
const folder = process.argv[2]
if (!folder) throw new Error('usage: node export_blip.ts FOLDER')
for (const layout of ['retrieval', 'captioning'] as const) {
  await exportHuggingFace(join(folder, layout), { ...exportedModel(), layout })
}
await exportBlip2(join(folder, 'blip2'), exportedQFormer())
writeFileSync(
  join(folder, 'ours.json'),
  JSON.stringify({ texts, images: Array.from(pictures()), ...(await ourOutputs()), ...(await qformerOutputs()) }),
)
