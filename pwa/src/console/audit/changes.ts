import { semicolon } from '@/shared/punctuation'
import { momentText } from '../wording/time'

/** What a line of the audit log says of a change: the fields with their values before and after. */
export interface Change {
  field: string
  before: string
  after: string
}
type Details = Record<string, unknown>

const MOMENT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/

function asText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return JSON.stringify(value)
  return MOMENT.test(value) ? momentText(value) : value
}
const asDetails = (value: unknown): Details =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Details) : {}

export function changesOf(details: Details): Change[] {
  const before = asDetails(details.before)
  const after = asDetails(details.after)
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return fields.map((field) => ({ field, before: asText(before[field]), after: asText(after[field]) }))
}

/** One line for the list: the changes, then the reason, then whatever else there is; ids are left to the opened line. */
export function summaryOf(details: Details, t: (key: string) => string, te: (key: string) => boolean): string {
  const name = (field: string) => (te(`audit.fields.${field}`) ? t(`audit.fields.${field}`) : field)
  const value = (text: string) => (te(`audit.values.${text}`) ? t(`audit.values.${text}`) : text)
  const changes = changesOf(details).map((change) =>
    change.before
      ? `${name(change.field)} ${value(change.before)} → ${value(change.after)}`
      : `${name(change.field)} ${value(change.after)}`,
  )
  const others = Object.entries(details)
    .filter(([key, given]) => !['before', 'after'].includes(key) && given !== null && given !== '' && given !== false)
    .filter(([key]) => !key.endsWith('_id'))
    .map(([key, given]) => `${name(key)} ${value(asText(given))}`)
  return [...changes, ...others].join(semicolon())
}
