import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'

export type Theme = 'system' | 'light' | 'dark'
export type LocaleName = 'en' | 'zh-CN'

const key = 'winnow.settings'

function stored(): { theme?: Theme; locale?: LocaleName; advance?: boolean } {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}')
  } catch {
    return {}
  }
}

/** What holds for this person on this machine, whichever project is open. */
export const useSettings = defineStore('settings', () => {
  const saved = stored()
  const theme = ref<Theme>(saved.theme ?? 'system')
  const locale = ref<LocaleName>(saved.locale ?? (navigator.language.startsWith('zh') ? 'zh-CN' : 'en'))
  /** After a decision, the next undecided pair comes at once. */
  const advance = ref(saved.advance ?? true)

  const systemDark = matchMedia('(prefers-color-scheme: dark)')
  const prefersDark = ref(systemDark.matches)
  systemDark.addEventListener('change', (event) => (prefersDark.value = event.matches))
  const dark = computed(() => (theme.value === 'system' ? prefersDark.value : theme.value === 'dark'))

  watch(
    dark,
    (on) => {
      document.documentElement.classList.toggle('dark', on)
      document.documentElement.classList.toggle('light', !on)
    },
    { immediate: true },
  )
  watch([theme, locale, advance], () => {
    localStorage.setItem(key, JSON.stringify({ theme: theme.value, locale: locale.value, advance: advance.value }))
  })

  return { theme, locale, advance, dark }
})
