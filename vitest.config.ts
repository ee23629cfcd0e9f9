import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { testPlugin } from './test/core/tensor/support/plugin.ts'

const slow = { testTimeout: 60_000, hookTimeout: 60_000 }

const plugin = testPlugin()
if (!plugin) console.warn('LEFT OUT: tests on the PJRT runtime, whose CPU plugin is not there. `npm test` fetches it.')

/** What computes with tensors, a second time on the other runtime. */
const onBothRuntimes = [
  'test/core/tensor/*.test.ts',
  'test/core/model/{blip,captioner,likeliest,recurrent,convolution,cnn}.test.ts',
  'test/core/model/cnnRnn/golden.test.ts',
  'test/core/model/qformer/qformer.test.ts',
  'test/core/model/clip/clip.test.ts',
  'test/core/model/alignment/golden.test.ts',
  'test/core/objective/*.test.ts',
  'test/core/score/judge.test.ts',
  'test/core/train/{loop,resume,accumulatedStep,cachedGradients}.test.ts',
]

const pjrtProject = {
  test: {
    // Each operation that runs eagerly is compiled first.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    name: 'pjrt',
    environment: 'node',
    pool: 'forks' as const,
    include: onBothRuntimes,
    env: {
      WINNOW_RUNTIME: 'pjrt',
      WINNOW_PJRT_PLUGIN: plugin ?? '',
      WINNOW_PJRT_CACHE: join(import.meta.dirname, 'build', 'pjrt-executables-of-tests'),
      // Compiling takes most of the time of these tests; optimised or not, the sums are the same.
      XLA_FLAGS: '--xla_backend_optimization_level=0',
    },
  },
}

export default defineConfig({
  test: {
    // Tests start processes and load a large native library: more workers than this only makes them wait.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...slow,
          name: 'node',
          environment: 'node',
          pool: 'forks',
          include: ['test/**/*.test.ts'],
          exclude: ['test/renderer/**', 'test/e2e/**'],
        },
      },
      {
        plugins: [vue()],
        test: { ...slow, name: 'renderer', environment: 'happy-dom', include: ['test/renderer/**/*.test.ts'] },
      },
      ...(plugin ? [pjrtProject] : []),
    ],
  },
})
