/** Values of the form's fields as they are stored: the same rules as backend/wangge/employer_files/form.py. */
import { checkUscc } from '../uscc'
import { INDUSTRY_NAMES, type FormField, type Site } from './form'

export type Cleaned =
  { ok: true; value: unknown } | { ok: false; code: string; values?: Record<string, string | number> }

const COUNT_MAX = 2_000_000
const MONEY_MAX = 10 ** 12
const good = (value: unknown): Cleaned => ({ ok: true, value })
const bad = (code: string, values?: Record<string, string | number>): Cleaned => ({ ok: false, code, values })

const halfWidth = (text: string) => text.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))

/** The number that was typed; a text that is none stays as it is, and is refused. */
function numberOf(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  const text = halfWidth(raw).replace(/[\s,，]/g, '')
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : raw
}

function cleanNumber(raw: unknown, whole: boolean, low: number, high: number, digits: number): Cleaned {
  const value = numberOf(raw)
  if (typeof value !== 'number' || !Number.isFinite(value)) return bad('not_a_number')
  if (whole && !Number.isInteger(value)) return bad('not_whole')
  if (value < low || value > high) return bad('out_of_range', { low, high })
  if (Number(value.toFixed(digits)) !== value) return bad('too_exact', { digits })
  return good(value)
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text && !text.startsWith('0000')
}

function cleanSites(field: FormField, value: unknown): Cleaned {
  if (!Array.isArray(value) || value.length > (field.max ?? 0)) return bad('malformed')
  const sites = value as Site[]
  if (sites.some((site) => !site.name?.trim())) return bad('site_without_name')
  return good(sites.map((site) => ({ ...site, name: site.name.trim(), address: (site.address ?? '').trim() })))
}

const matching = (pattern: RegExp, value: unknown): Cleaned =>
  typeof value === 'string' && pattern.test(value) ? good(value) : bad('malformed')

export function cleanValue(field: FormField, raw: unknown): Cleaned {
  if (raw === null || raw === undefined || (typeof raw === 'string' && !raw.trim())) return good(null)
  if (Array.isArray(raw) && raw.length === 0) return good(null)
  const text = typeof raw === 'string' ? raw.trim() : raw
  switch (field.kind) {
    case 'text':
    case 'phone':
      if (typeof text !== 'string') return bad('not_a_text')
      return field.max !== undefined && text.length > field.max ? bad('too_long', { max: field.max }) : good(text)
    case 'credit_code': {
      const check = typeof text === 'string' ? checkUscc(text) : null
      return check?.ok ? good(check.code) : bad('credit_code_invalid')
    }
    case 'id_tail':
      return matching(/^\d{3}[\dX]$/, typeof text === 'string' ? text.toUpperCase() : text)
    case 'division':
      return matching(/^\d{6}(\d{3}(\d{3})?)?$/, text)
    case 'month':
      return matching(/^\d{4}-(0[1-9]|1[0-2])$/, text)
    case 'date':
      return typeof text === 'string' && isDay(text) ? good(text) : bad('malformed')
    case 'industry': {
      let code = typeof text === 'string' ? text.toUpperCase() : ''
      if (/^[A-T]./.test(code)) code = code.slice(1)
      const isKnown = INDUSTRY_NAMES.has(code) || (/^\d{3,4}$/.test(code) && INDUSTRY_NAMES.has(code.slice(0, 2)))
      return isKnown ? good(code) : bad('unknown_industry')
    }
    case 'choice':
      return field.choices?.some(({ code }) => code === raw) ? good(raw) : bad('unknown_choice')
    case 'yes_no':
      return typeof raw === 'boolean' ? good(raw) : bad('malformed')
    case 'count':
      return cleanNumber(raw, true, 0, COUNT_MAX, 0)
    case 'int':
      return cleanNumber(raw, true, field.min ?? 0, field.max ?? COUNT_MAX, 0)
    case 'money':
      return cleanNumber(raw, false, 0, MONEY_MAX, 2)
    case 'hours':
      return cleanNumber(raw, false, 0, field.max ?? 24, 1)
    case 'sites':
      return cleanSites(field, raw)
  }
}

/** Whether two values say the same; null and a field that is not there are one. */
export const isSame = (a: unknown, b: unknown): boolean => {
  const told = (value: unknown) => (value === undefined || value === '' ? null : value)
  return JSON.stringify(told(a)) === JSON.stringify(told(b))
}
