import { createI18n } from 'vue-i18n'
import type { LocaleName } from '../stores/settings.ts'

type Messages = { [name: string]: string | Messages }

const files = import.meta.glob<Messages>('./*/*.json', { eager: true, import: 'default' })

/** Texts by locale and subject; each file of a locale's folder is a subject. */
export const messages: Record<string, Record<string, Messages>> = {}
for (const [path, texts] of Object.entries(files)) {
  const [, locale, subject] = path.match(/^\.\/([^/]+)\/([^/]+)\.json$/)!
  messages[locale!] = { ...messages[locale!], [subject!]: texts }
}

export function createTexts(locale: LocaleName) {
  return createI18n({ legacy: false, locale, fallbackLocale: 'en', messages, missingWarn: false, fallbackWarn: false })
}
