import { useI18n } from 'vue-i18n'

const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes in the largest unit that leaves at least one. */
export function bytesIn(bytes: number): { value: number; unit: string } {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return { value: bytes / 1000 ** power, unit: units[power]! }
}

/** Numbers, sizes and times as the reader's language writes them. */
export function useFormat() {
  const { n, t, locale } = useI18n()

  const count = (value: number) => n(value, { maximumFractionDigits: 0 })
  /** Short where exact figures stand elsewhere: 1,000,000 becomes 1M. */
  const short = (value: number) =>
    n(value, value < 100_000 ? { maximumFractionDigits: 0 } : { notation: 'compact', maximumSignificantDigits: 3 })
  const decimal = (value: number, digits = 3) =>
    n(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const percent = (share: number, digits = 1) =>
    n(share, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits })

  function bytes(size: number): string {
    const { value, unit } = bytesIn(size)
    return `${n(value, { maximumFractionDigits: value < 10 && unit !== 'B' ? 1 : 0 })} ${unit}`
  }

  /** Three digits in the unit that suits: 812 ms, 4.25 s, 12.5 min, 3.1 h. */
  function duration(seconds: number): string {
    const digits = { maximumSignificantDigits: 3 }
    if (seconds < 1) return t('time.milliseconds', { n: n(seconds * 1000, { ...digits, maximumFractionDigits: 1 }) })
    if (seconds < 120) return t('time.seconds', { n: n(seconds, digits) })
    if (seconds < 7200) return t('time.minutes', { n: n(seconds / 60, digits) })
    return t('time.hours', { n: n(seconds / 3600, digits) })
  }

  function timeLeft(seconds: number): string {
    if (seconds < 60) return t('time.secondsLeft', { n: count(Math.max(1, Math.round(seconds))) })
    if (seconds < 3600) return t('time.minutesLeft', { n: count(Math.round(seconds / 60)) })
    return t('time.hoursLeft', { n: decimal(seconds / 3600, 1) })
  }

  function date(iso: string): string {
    return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))
  }

  function time(iso: string): string {
    return new Intl.DateTimeFormat(locale.value, { timeStyle: 'short' }).format(new Date(iso))
  }

  return { count, short, decimal, percent, bytes, duration, timeLeft, date, time }
}
