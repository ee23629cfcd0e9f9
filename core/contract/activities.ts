/**
 * What a worker's time goes into; together they are all of it. `prepare` is loading, recording and compiling (the
 * whole first run of a step counts), `wait` is waiting for pictures or pairs, `other` what none of them covers.
 */
export const activities = [
  'prepare',
  'wait',
  'upload',
  'compute',
  'download',
  'checkpoint',
  'evaluate',
  'other',
] as const
