export { captioningLoss, captionLabels, type CaptioningOptions } from './lm.ts'
export {
  clampTemperature,
  contrastiveLoss,
  positivePairs,
  similarities,
  temperatureRange,
  type ContrastiveInput,
  type PairIds,
} from './itc.ts'
export { drawNegatives, matchingLoss, type MatchingInput, type Negatives } from './itm.ts'
