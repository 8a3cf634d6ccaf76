/** What two records say, side by side. */
import type { MatchChoice, MatchItem, MatchReason } from './api'

export const COMPARED = [
  'name',
  'uscc',
  'address',
  'contact_name',
  'contact_phone',
  'employees',
  'industry_code',
  'grid',
] as const
export type Compared = (typeof COMPARED)[number]

export function saidOf(side: MatchItem | MatchChoice, field: Compared): string {
  if (field === 'grid') return side.grid?.path_names.join(' / ') ?? ''
  const value = side[field]
  return value === null || value === undefined ? '' : String(value)
}

const plain = (text: string) =>
  text
    .normalize('NFKC')
    .replace(/[\s()（）·.,，。-]/g, '')
    .toUpperCase()

/** Whether both say something, and the same. */
export function agrees(one: string, other: string): 'same' | 'differs' | 'unknown' {
  if (!one || !other) return 'unknown'
  return plain(one) === plain(other) ? 'same' : 'differs'
}

/** Pieces of a text, those that the other text does not have marked. */
export function pieces(text: string, other: string): { text: string; differs: boolean }[] {
  if (!other) return [{ text, differs: false }]
  const found: { text: string; differs: boolean }[] = []
  for (const sign of text) {
    const differs = !other.includes(sign)
    const last = found.at(-1)
    if (last && last.differs === differs) last.text += sign
    else found.push({ text: sign, differs })
  }
  return found
}

/** `+25`, `−40` */
export const signed = (points: number) => (points < 0 ? `−${-points}` : `+${points}`)

export function seenText(reason: MatchReason): string {
  if (reason.seen === null || reason.seen === undefined) return ''
  return reason.code === 'near' || reason.code === 'far'
    ? `${Math.round(reason.seen)} m`
    : `${Math.round(reason.seen)}%`
}
