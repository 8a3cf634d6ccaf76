/** Which fixes are worth keeping, and which patrol is being walked. */
import type { PatrolRow, RecordRow } from '@/local/db'
import type { Policies } from '@/local/shapes'
import type { Spot } from '@/local/tracks'
import { distanceM } from '@/shared/geo'
import { dutyOf, type Duty } from './duty'

export type TrackLimits = Pick<Policies, 'track_min_distance_m' | 'track_min_interval_s' | 'track_max_accuracy_m'>

/** Keep a fix that is exact enough, and that is either some way from the last one kept or some time after it. */
export function isWorthKeeping(spot: Spot, last: Spot | null, limits: TrackLimits): boolean {
  if (!(spot.accuracy_m <= limits.track_max_accuracy_m)) return false
  if (!last) return true
  const waited_s = (spot.at - last.at) / 1000
  // A clock that was set back would put points in the wrong order.
  if (waited_s <= 0) return false
  return (
    waited_s >= limits.track_min_interval_s ||
    distanceM([last.lon, last.lat], [spot.lon, spot.lat]) >= limits.track_min_distance_m
  )
}

export interface OnDuty {
  patrol_id: string
  duty: Exclude<Duty, 'off'>
  since: string
}

/**
 * The patrol she is walking, by a day's records and the patrols as they now stand: one that the county has cancelled, given to
 * somebody else or that was ended on another phone is no duty any more.
 */
export function currentDuty(
  records: readonly RecordRow[],
  patrols: readonly Pick<PatrolRow, 'id' | 'status'>[],
): OnDuty | null {
  const open = new Set(patrols.filter(({ status }) => status === 'planned' || status === 'started').map(({ id }) => id))
  let found: OnDuty | null = null
  for (const patrol_id of open) {
    const { duty, since } = dutyOf(records.filter((record) => record.patrol_id === patrol_id))
    if (duty === 'off' || !since) continue
    // Two patrols on one day are walked one after the other: the one with the newest word counts.
    if (!found || since > found.since) found = { patrol_id, duty, since }
  }
  return found
}
