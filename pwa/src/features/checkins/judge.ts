/** What a check-in will say about itself, told before it is made. The server judges by the same rule and has the last word. */
import type { Policies } from '@/local/shapes'
import type { Position } from '@/modules/position'
import { distanceM, type LonLat } from '@/shared/geo'

export interface Judgement {
  distance_m: number | null
  is_on_site: boolean
  is_poor: boolean
  is_stale: boolean
  is_far: boolean
}

export function judge(fix: Position | null, site: LonLat | null, policies: Policies, now: number): Judgement {
  if (!fix) return { distance_m: null, is_on_site: false, is_poor: false, is_stale: false, is_far: false }
  const distance_m = site ? distanceM([fix.lon, fix.lat], site) : null
  const is_poor = fix.accuracy_m > policies.poor_accuracy_m
  const is_stale = now - fix.at > policies.position_max_age_s * 1000
  const allowance = Math.min(fix.accuracy_m, policies.poor_accuracy_m)
  const is_far = distance_m !== null && distance_m - allowance > policies.geofence_radius_m
  return { distance_m, is_poor, is_stale, is_far, is_on_site: distance_m !== null && !is_far && !is_poor && !is_stale }
}
