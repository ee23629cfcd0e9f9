// Writes the vocabulary of the tiny model from the words of the sample. Run under Node 24: `node scripts/sample/vocabulary.mjs`.
import { writeFileSync } from 'node:fs'
import { sampleVocabulary } from '../../core/exchange/sample/vocabulary.ts'

const tokens = sampleVocabulary()
writeFileSync(new URL('../../resources/models/tiny/vocab.txt', import.meta.url), `${tokens.join('\n')}\n`)
console.log(`${tokens.length} tokens`)
