import { useI18n } from 'vue-i18n'
import { useFormat } from './useFormat.ts'
import type { Activity, Advice } from '../../core/contract/index.ts'

/** What each advice is about. */
const about: Partial<Record<Advice['code'], Activity[]>> = {
  'wait-decoding': ['wait'],
  'wait-pictures': ['wait'],
  'transfer-long': ['upload', 'download'],
  'checkpoint-often': ['checkpoint'],
  'evaluate-long': ['evaluate'],
  'prepare-long': ['prepare'],
}

/** Activities that an advice speaks of. */
export const activitiesOf = (advice: Advice[]): Set<Activity> =>
  new Set(advice.flatMap(({ code }) => about[code] ?? []))

/** Nothing is wrong where only these are said. */
const calm: Advice['code'][] = ['compute-bound', 'wait-first-epoch']

/** Advice in the reader's words; its values are written by the unit that their names end in. */
export function useAdvice() {
  const { t } = useI18n()
  const { count, decimal, percent, bytes, duration } = useFormat()

  function written(name: string, value: number): string {
    if (/share$/i.test(name)) return percent(value, value < 0.1 ? 1 : 0)
    if (/bytes$/i.test(name)) return bytes(value)
    if (/megapixels$/i.test(name)) return decimal(value, 1)
    if (/milliseconds$/i.test(name)) return duration(value / 1000)
    if (/seconds$/i.test(name)) return duration(value)
    return count(value)
  }
  return ({ code, values }: Advice) => {
    const named = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, written(name, value)]))
    return {
      code,
      calm: calm.includes(code),
      title: t(`profile.advice.${code}.title`, named),
      text: t(`profile.advice.${code}.text`, named),
    }
  }
}
