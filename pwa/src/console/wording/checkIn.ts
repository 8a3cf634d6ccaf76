import type { CheckInRead, Policies } from '../data/types'

/** A sentence for the screen: a key of the language files, its values, and how serious it is. */
export interface Sentence {
  key: string
  values: Record<string, string | number>
  tone: 'good' | 'note' | 'warn'
}

/** `85 米` / `1.2 公里`: nobody needs the metre of a distance of kilometres. */
export function distanceText(metres: number, language: string): string {
  const [small, large] = language === 'en' ? [' m', ' km'] : [' 米', ' 公里']
  if (metres < 1000) return `${Math.round(metres)}${small}`
  return `${metres < 10_000 ? (metres / 1000).toFixed(1) : Math.round(metres / 1000)}${large}`
}

type Limits = Pick<Policies, 'geofence_radius_m' | 'poor_accuracy_m' | 'position_max_age_s' | 'clock_skew_max_s'>

export type CheckInSign = 'on_site' | 'off_site' | 'unknown'

/**
 * The sign on the map and in lists. On site is only what the server found beyond doubt; off site only what it measured to
 * be too far; a position that proves nothing (none, a poor one, an old one) is neither.
 */
export function checkInSign(checkIn: Pick<CheckInRead, 'is_on_site' | 'flags'>): CheckInSign {
  if (checkIn.flags.includes('off_site')) return 'off_site'
  return checkIn.is_on_site ? 'on_site' : 'unknown'
}

/**
 * Say in plain words what a check-in shows. Odd ones are kept and explained, never hidden:
 * a clerk decides, the machine only says what it saw.
 */
export function explainCheckIn(checkIn: CheckInRead, limits: Limits, language: string): Sentence[] {
  const { flags, distance_m, accuracy_m } = checkIn
  const sentences: Sentence[] = []
  const say = (name: string, tone: Sentence['tone'], values: Sentence['values'] = {}) =>
    sentences.push({ key: `checkIn.explain.${name}`, values, tone })
  const distance = distance_m === null ? '' : distanceText(distance_m, language)
  const accuracy = accuracy_m === null ? '—' : distanceText(accuracy_m, language)
  const radius = distanceText(limits.geofence_radius_m, language)

  if (flags.includes('no_position') || checkIn.position === null) say('no_position', 'warn')
  else if (flags.includes('employer_without_position') || distance_m === null) say('no_distance', 'note')
  else if (flags.includes('off_site')) say('off_site', 'warn', { distance, radius })
  else if (!checkIn.is_on_site) say('unsure', 'warn', { distance })
  else if (distance_m <= limits.geofence_radius_m) say('on_site', 'good', { distance, radius })
  else say('on_site_allowing', 'good', { distance, radius, accuracy })

  if (flags.includes('poor_accuracy'))
    say('poor_accuracy', 'warn', { accuracy, limit: distanceText(limits.poor_accuracy_m, language) })
  if (flags.includes('stale_position')) say('stale_position', 'note', { limit: limits.position_max_age_s })
  if (flags.includes('clock_skew')) say('clock_skew', 'note', { minutes: Math.round(limits.clock_skew_max_s / 60) })
  if (flags.includes('late_scope')) say('late_scope', 'note')
  if (flags.includes('uncertified')) say('uncertified', 'warn')
  for (const flag of flags) if (!EXPLAINED.has(flag)) say('other', 'note', { flag })
  return sentences
}

const EXPLAINED = new Set([
  'off_site',
  'no_position',
  'employer_without_position',
  'poor_accuracy',
  'stale_position',
  'clock_skew',
  'late_scope',
  'uncertified',
])
