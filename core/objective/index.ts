export { captioningLoss, captionLabels, nextTokenLoss, type CaptioningOptions } from './lm.ts'
export {
  clampTemperature,
  contrastiveLoss,
  positivePairs,
  similarities,
  temperatureRange,
  type ContrastiveInput,
  type PairIds,
} from './itc.ts'
export {
  drawNegatives,
  matchingCrossEntropy,
  matchingLoss,
  matchingRows,
  pick,
  type MatchingInput,
  type MatchingRows,
  type Negatives,
} from './itm.ts'
