import type { CheckInRead, Policies } from '../data/types'

/** A sentence for the screen: a key of the language files, its values, and how serious it is. */
export interface Sentence {
  key: string
  values: Record<string, string | number>
  tone: 'good' | 'note' | 'warn'
}

/** `85 m` / `1.2 km`: nobody needs the metre of a distance of kilometres. */
export function distanceText(metres: number): string {
  if (metres < 1000) return `${Math.round(metres)} m`
  return metres < 10_000 ? `${(metres / 1000).toFixed(1)} km` : `${Math.round(metres / 1000)} km`
}

type Limits = Pick<Policies, 'geofence_radius_m' | 'poor_accuracy_m' | 'position_max_age_s' | 'clock_skew_max_s'>

/**
 * Say in plain words what a check-in shows. Odd ones are kept and explained, never hidden:
 * a clerk decides, the machine only says what it saw.
 */
export function explainCheckIn(checkIn: CheckInRead, limits: Limits): Sentence[] {
  const { flags } = checkIn
  const sentences: Sentence[] = []
  const distance = checkIn.distance_m === null ? '' : distanceText(checkIn.distance_m)
  const radius = limits.geofence_radius_m

  if (flags.includes('no_position') || checkIn.position === null) {
    sentences.push({ key: 'checkIn.explain.no_position', values: {}, tone: 'warn' })
  } else if (checkIn.distance_m === null) {
    sentences.push({ key: 'checkIn.explain.no_distance', values: {}, tone: 'note' })
  } else if (flags.includes('off_site') || checkIn.is_on_site === false) {
    sentences.push({ key: 'checkIn.explain.off_site', values: { distance, radius }, tone: 'warn' })
  } else {
    sentences.push({ key: 'checkIn.explain.on_site', values: { distance, radius }, tone: 'good' })
  }
  if (flags.includes('poor_accuracy')) {
    const accuracy = checkIn.accuracy_m === null ? '—' : distanceText(checkIn.accuracy_m)
    sentences.push({
      key: 'checkIn.explain.poor_accuracy',
      values: { accuracy, limit: limits.poor_accuracy_m },
      tone: 'warn',
    })
  }
  if (flags.includes('stale_position'))
    sentences.push({
      key: 'checkIn.explain.stale_position',
      values: { limit: limits.position_max_age_s },
      tone: 'note',
    })
  if (flags.includes('clock_skew'))
    sentences.push({
      key: 'checkIn.explain.clock_skew',
      values: { minutes: Math.round(limits.clock_skew_max_s / 60) },
      tone: 'note',
    })
  if (flags.includes('late_scope')) sentences.push({ key: 'checkIn.explain.late_scope', values: {}, tone: 'note' })

  const known = new Set(['off_site', 'no_position', 'poor_accuracy', 'stale_position', 'clock_skew', 'late_scope'])
  for (const flag of flags)
    if (!known.has(flag)) sentences.push({ key: 'checkIn.explain.other', values: { flag }, tone: 'note' })
  return sentences
}

export type CheckInSign = 'on_site' | 'off_site' | 'unknown'

/** The sign on the map and in lists. */
export function checkInSign(checkIn: Pick<CheckInRead, 'is_on_site' | 'position' | 'distance_m'>): CheckInSign {
  if (checkIn.position === null || checkIn.distance_m === null) return 'unknown'
  return checkIn.is_on_site ? 'on_site' : 'off_site'
}
