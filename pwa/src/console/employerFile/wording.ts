/** Fields and values in the reader's words. */
import { FIELDS, nameOf } from '@/shared/survey/form'
import { shownValue } from '@/shared/survey/shown'

type Say = (key: string, values?: Record<string, unknown>) => string

/** Parts of a file that have a history and are no fields of the form. */
const OTHERS = ['position', 'review_state', 'merged_into']

export function fieldName(key: string, language: string, t: Say): string {
  const field = FIELDS.get(key)
  return field ? nameOf(field, language) : OTHERS.includes(key) ? t(`file.other.${key}`) : key
}

export function fieldValue(key: string, value: unknown, language: string, t: Say): string {
  if (key === 'review_state' && typeof value === 'string') return t(`review.state.${value}`)
  return shownValue(FIELDS.get(key), value, language)
}

/** Where a value comes from: `registry:<import>` is said without its number. */
export function sourceName(source: string, t: Say): string {
  const kind = source.split(':')[0] ?? ''
  return ['phone', 'desk', 'registry', 'restore', 'merge', 'resolution', 'system'].includes(kind)
    ? t(`file.source.${kind}`)
    : kind || t('file.source.made')
}
