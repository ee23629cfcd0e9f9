import { useI18n } from 'vue-i18n'

/** What a system reports, in the reader's language; a name that has no words stays as it is. */
export function useCurveName(): (report: string) => string {
  const { t, te } = useI18n()
  return (report) => (te(`runs.curve.${report}`) ? t(`runs.curve.${report}`) : report)
}
