/** What was seen, in figures that a person can weigh. */
import type { AnomalyReason } from './api'

export interface Said {
  key: string
  values: Record<string, string | number>
}

const round = (value: number) => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value))

/** The sentence of a reason and what it is filled with. */
export function said(reason: AnomalyReason): Said {
  const key = `anomalies.why.${reason.code}`
  const metres = reason.metres ?? 0
  const seconds = reason.seconds ?? 0
  return {
    key,
    values: {
      km: round(metres / 1000),
      minutes: round(seconds / 60),
      kmh: Math.round((metres / Math.max(seconds, 1)) * 3.6),
      times: reason.times ?? 0,
      bits: reason.bits ?? 0,
    },
  }
}
