/** Address of a thumbnail; `version` lets the browser keep it for ever. */
export function thumbnailUrl(sampleId: number, version: string): string {
  return `${location.origin}/thumbs/${sampleId}?v=${encodeURIComponent(version)}`
}

/** Address of the whole picture, made fit to show. */
export function pictureUrl(sampleId: number, version: string): string {
  return `${location.origin}/pictures/${sampleId}?v=${encodeURIComponent(version)}`
}
