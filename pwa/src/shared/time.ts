/** Moments are UTC ISO 8601 texts; days are those of China, whatever the phone's own zone says. */

const CHINA = 'Asia/Shanghai'
const dayFormat = new Intl.DateTimeFormat('en-CA', {
  timeZone: CHINA,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})
const clockFormat = new Intl.DateTimeFormat('en-GB', { timeZone: CHINA, hour: '2-digit', minute: '2-digit' })

export const isoMoment = (ms: number): string => new Date(ms).toISOString()

/** `YYYY-MM-DD` in China at that moment. */
export const chinaDay = (ms: number): string => dayFormat.format(ms)

/** `HH:mm` in China at that moment. */
export const chinaClock = (moment: string | number): string => clockFormat.format(new Date(moment))

/** `14:02` today, `昨天 14:02` as `11-23 14:02`, with the year when it is not this one. */
export function shortMoment(moment: string | number, nowMs: number): string {
  const ms = new Date(moment).getTime()
  const day = chinaDay(ms)
  const today = chinaDay(nowMs)
  if (day === today) return chinaClock(ms)
  return `${day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day} ${chinaClock(ms)}`
}
