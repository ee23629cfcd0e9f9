import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** Run once per mode, `main` and `preload`: a sandboxed preload can't load a second file, so each is one whole file. */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    ssr: `${mode}.ts`,
    outDir: '../build/electron',
    emptyOutDir: false,
    target: 'node16',
    minify: false,
    rolldownOptions: {
      external: ['electron', /^node:/],
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    },
  },
}))
