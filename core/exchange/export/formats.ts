import type { ExportPicture } from './selection.ts'

/** Writes pictures with captions as text, piece by piece. */
export type Writer = (pictures: Iterable<ExportPicture>) => Generator<string>

/** One object a picture: { path, captions }. */
export function* writeJsonl(pictures: Iterable<ExportPicture>): Generator<string> {
  for (const { target, captions } of pictures) yield `${JSON.stringify({ path: target, captions })}\n`
}

/** A header, then one row a caption. */
export function* writeCsv(pictures: Iterable<ExportPicture>): Generator<string> {
  yield 'path,caption\n'
  for (const { target, captions } of pictures) {
    for (const caption of captions) yield `${csvField(target)},${csvField(caption)}\n`
  }
}

const csvField = (text: string): string => (/[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** COCO captions. Annotations are held back until all images are written, as text only. */
export function* writeCoco(pictures: Iterable<ExportPicture>): Generator<string> {
  const annotations: string[] = []
  let separator = ''
  yield '{"info":{"description":"Captions exported by Winnow"},"licenses":[],"images":['
  for (const { sampleId, target, width, height, captions } of pictures) {
    yield `${separator}\n${JSON.stringify({ id: sampleId, file_name: target, width, height })}`
    separator = ','
    for (const caption of captions)
      annotations.push(JSON.stringify({ id: annotations.length + 1, image_id: sampleId, caption }))
  }
  yield '\n],"annotations":['
  for (let at = 0; at < annotations.length; at += 1000)
    yield `${at > 0 ? ',' : ''}\n${annotations.slice(at, at + 1000).join(',\n')}`
  yield '\n]}\n'
}
