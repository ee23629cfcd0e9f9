export { openModel, closeModel, type LoadedModel } from './model.ts'
export { createJudge, type Judge, type Judgement, type JudgeOptions, type Question } from './judge.ts'
export { createWriter, type Writer, type WriterOptions } from './writer.ts'
export { decodePictures, type DecodedPictures } from './pictures.ts'
