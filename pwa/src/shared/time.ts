/** Moments are UTC ISO 8601 texts; days are those of China, whatever the phone's own zone says. */

// China keeps UTC+8 all year, everywhere. Intl is not asked: what a locale's day looks like differs between engines
// (en-CA is 2026-11-27 in one and 11/27/2026 in the other).
const CHINA_MS = 8 * 3_600_000
const inChina = (ms: number): string => new Date(ms + CHINA_MS).toISOString()

export const isoMoment = (ms: number): string => new Date(ms).toISOString()

/** `YYYY-MM-DD` in China at that moment. */
export const chinaDay = (ms: number): string => inChina(ms).slice(0, 10)

/** `HH:mm` in China at that moment. */
export const chinaClock = (moment: string | number): string => inChina(new Date(moment).getTime()).slice(11, 16)

/** `14:02` today, `昨天 14:02` as `11-23 14:02`, with the year when it is not this one. */
export function shortMoment(moment: string | number, nowMs: number): string {
  const ms = new Date(moment).getTime()
  const day = chinaDay(ms)
  const today = chinaDay(nowMs)
  if (day === today) return chinaClock(ms)
  return `${day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day} ${chinaClock(ms)}`
}
