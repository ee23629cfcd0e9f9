/** Address of a thumbnail; `version` lets the browser keep it for ever. */
export function thumbnailUrl(sampleId: number, version: string): string {
  return `${location.origin}/thumb/${sampleId}?v=${encodeURIComponent(version)}`
}

/** Address of the whole picture, made fit to show. */
export function pictureUrl(sampleId: number, version: string): string {
  return `${location.origin}/picture/${sampleId}?v=${encodeURIComponent(version)}`
}

/** Address of what a run drew of itself after a step. */
export function drawnUrl(run: string, step: number): string {
  return `${location.origin}/drawn/${encodeURIComponent(run)}/${step}`
}

/** Address of the pictures that a run's model was given first; they change when it is gone on with. */
export function inputsUrl(run: string, step: number): string {
  return `${location.origin}/inputs/${encodeURIComponent(run)}?step=${step}`
}
