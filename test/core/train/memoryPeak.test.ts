import { afterAll, expect, it } from 'vitest'
import { startOurs } from '../../../bench/harness/program.ts'
import { writeTrainingCase } from '../../../bench/harness/trainingCase.ts'
import { estimateMemory } from '../../../core/train/memory.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const tolerance = 0.15
const programs: ReturnType<typeof startOurs>[] = []

afterAll(() => Promise.all(programs.map((program) => program.close())))

it.each([
  { size: 'tiny', pairs: 64, textLength: 16 },
  { size: 'small', pairs: 8, textLength: 24 },
])(
  'estimates what steps of $size with $pairs pairs really took, within 15 %',
  async (options) => {
    const training = await writeTrainingCase(temporaryFolder(), options)
    const program = startOurs('train.ts')
    programs.push(program)
    await program.ask('start', { runtime: 'libtensorflow' })
    await program.ask('prepare', { name: 'memory', ...training })
    for (let step = 0; step < 3; step++) await program.ask('step', { name: 'memory', mode: 'captured' })
    const { bytes } = await program.ask<{ bytes: number }>('memory')
    const { total } = estimateMemory(training.shape, { ...training.knobs, textLength: options.textLength })
    expect(
      Math.abs(total / bytes - 1),
      `${Math.round(total / 2 ** 20)} of ${Math.round(bytes / 2 ** 20)} MiB`,
    ).toBeLessThan(tolerance)
  },
  240_000,
)
