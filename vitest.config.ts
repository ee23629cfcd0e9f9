import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const slow = { testTimeout: 60_000, hookTimeout: 60_000 }

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
    ],
  },
})
