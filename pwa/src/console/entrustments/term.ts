import { shiftDay } from '../wording/time'

/** The last day of a term of whole years that begins on a day: a year from 1 January ends on 31 December. */
export function termEnd(from: string, years = 1): string {
  const [year, month, day] = from.split('-').map(Number) as [number, number, number]
  const end = new Date(Date.UTC(year + years, month - 1, day)).toISOString().slice(0, 10)
  return shiftDay(end, -1)
}
