import { chinaClock, chinaDay } from '@/shared/time'

/** Moments and days as the office reads them: always Weifang's clock, whatever the computer is set to. */
const secondParts = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Shanghai',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** The office's day of a moment, `2026-11-24`. */
export function dayOf(moment: Date | string): string {
  return chinaDay(new Date(moment).getTime())
}

export function today(now = new Date()): string {
  return dayOf(now)
}

/** `14:02` */
export function clockOf(moment: Date | string): string {
  return chinaClock(new Date(moment).getTime())
}

/** `2026-11-24 14:02`, or only `14:02` when it is that day already. */
export function momentText(moment: string | null | undefined, shownDay?: string): string {
  if (!moment) return ''
  const day = dayOf(moment)
  return day === shownDay ? clockOf(moment) : `${day} ${clockOf(moment)}`
}

/** `2026-11-24 14:02:37`, where the second matters (evidence). */
export function exactMomentText(moment: string | null | undefined): string {
  return moment ? `${dayOf(moment)} ${secondParts.format(new Date(moment))}` : ''
}

export function shiftDay(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

/** Whole days between a moment and now; 0 on the same office day. */
export function daysSince(moment: string, now = new Date()): number {
  return Math.round((Date.parse(`${dayOf(now)}T00:00:00Z`) - Date.parse(`${dayOf(moment)}T00:00:00Z`)) / 86_400_000)
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
}
