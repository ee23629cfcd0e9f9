import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))

/**
 * Keeps the component library within `default-src 'self'`: two of its files write style elements at run time.
 * Their content is in styles/colors.css, or is not used.
 */
function withoutRuntimeStyles(): Plugin {
  return {
    name: 'without-runtime-styles',
    enforce: 'pre',
    load(id) {
      return /@nuxt\/ui\/dist\/runtime\/plugins\/colors\.js/.test(id) ? 'export default () => {}' : null
    },
    transform(code, id) {
      if (!id.includes('vaul-vue')) return null
      const style = code.match(/^\(function\s*\(\)\s*\{[\s\S]*?\}\)\(\);/)
      return style ? { code: code.slice(style[0].length), map: null } : null
    },
  }
}

/** Sizes and slots that make the library as dense as a desktop tool. */
const density = {
  colors: { primary: 'blue', neutral: 'neutral' },
  button: {
    slots: { base: 'cursor-default disabled:opacity-45' },
    defaultVariants: { size: 'sm', color: 'neutral', variant: 'ghost' },
  },
  input: { defaultVariants: { size: 'sm' } },
  textarea: { defaultVariants: { size: 'sm' } },
  inputNumber: { defaultVariants: { size: 'sm' } },
  select: { defaultVariants: { size: 'sm' }, slots: { content: 'min-w-fit' } },
  checkbox: { defaultVariants: { size: 'sm' } },
  switch: { defaultVariants: { size: 'sm' } },
  slider: { defaultVariants: { size: 'xs' } },
  tabs: { defaultVariants: { size: 'sm', color: 'neutral' } },
  kbd: { defaultVariants: { size: 'sm' } },
  formField: { defaultVariants: { size: 'sm' } },
  dropdownMenu: { defaultVariants: { size: 'sm' } },
  contextMenu: { defaultVariants: { size: 'sm' } },
  progress: { defaultVariants: { size: 'xs' } },
  modal: {
    slots: {
      header: 'min-h-0 px-4 py-2.5 sm:px-4',
      title: 'text-sm',
      description: 'text-xs mt-0',
      body: 'p-4 sm:p-4',
      footer: 'px-4 py-2.5 sm:px-4 justify-end gap-2',
      close: 'top-2',
      content: 'divide-y divide-default',
    },
  },
}

export default defineConfig({
  root,
  base: './',
  plugins: [
    withoutRuntimeStyles(),
    vue(),
    ui({
      ui: density,
      router: false,
      colorMode: false,
      root,
      icon: { clientBundle: { scan: { globInclude: ['**/*.vue', '**/*.ts'] } } },
      autoImport: false,
      components: { dts: false },
    } as Parameters<typeof ui>[0]),
  ],
  define: { __VUE_OPTIONS_API__: false, __VUE_I18N_LEGACY_API__: false, __INTLIFY_JIT_COMPILATION__: true },
  build: {
    outDir: fileURLToPath(new URL('../build/renderer', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'chrome140',
    chunkSizeWarningLimit: 2000,
  },
})
