/** Words that several screens share: distances, moments, problems, in the person's language. */
import { useI18n } from 'vue-i18n'
import type { Problem } from '@/api/problems'
import { shortMoment } from './time'

/** Our requests cannot tell a phone without a network from a network without our server; the phone itself can. */
export const plainType = (type: string) => (type === 'no_network' && navigator.onLine ? 'no_server' : type)

export function useWords() {
  const { t, te, locale } = useI18n()

  function distance(metres: number): string {
    if (metres < 1000)
      return t('common.m', { n: Math.round(metres / (metres < 100 ? 1 : 10)) * (metres < 100 ? 1 : 10) })
    return t('common.km', { n: metres < 10_000 ? (metres / 1000).toFixed(1) : Math.round(metres / 1000) })
  }

  /** Our own sentence where there is one, so that it follows the language; else the server's; else the code. */
  function problem(given: Problem): string {
    const type = plainType(given.type)
    if (te(`problem.${type}`) || te(`problem.${type}`, 'zh-CN')) return t(`problem.${type}`, { ...given })
    const fields = (given.errors ?? []).map((error) =>
      te(`problem.${error.code}`, 'zh-CN') ? t(`problem.${error.code}`) : error.detail,
    )
    if (fields.length) return fields.join(' ')
    return given.detail || t('problem.unknown', { type: given.type })
  }

  return { t, te, locale, distance, problem, moment: (value: string | number) => shortMoment(value, Date.now()) }
}
