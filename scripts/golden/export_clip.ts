import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportClip } from '../../core/checkpoint/clip.ts'
import { exportedClip, ourClipOutputs } from './exportedClip.ts'
import { pictures, texts } from './exportedModel.ts'

/** Exports a small model beside our own outputs, for check_clip_export.py. */
const folder = process.argv[2]
if (!folder) throw new Error('usage: node export_clip.ts FOLDER')
await exportClip(join(folder, 'clip'), exportedClip())
writeFileSync(
  join(folder, 'ours.json'),
  JSON.stringify({ texts, images: Array.from(pictures()), ...(await ourClipOutputs()) }),
)
