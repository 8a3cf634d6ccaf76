/** A round as the phone knows it: the plan from the server, progress from what was captured here. */
import type { PatrolRow, RecordRow } from '@/local/db'
import type { Stop } from '@/local/shapes'
import { distanceM } from '@/shared/geo'

export type StopState = 'planned' | 'checked_in' | 'visited' | 'skipped'

export interface StopView extends Stop {
  state: StopState
  distance_m: number | null
}

export interface PatrolView {
  row: PatrolRow
  stops: StopView[]
  done: number
  started_at: string | null
  finished_at: string | null
  status: PatrolRow['status']
}

/** What the phone's own records add to a plan. */
export function viewPatrol(row: PatrolRow, records: RecordRow[], from: [number, number] | null): PatrolView {
  const mine = records.filter((record) => record.patrol_id === row.id)
  const stops = [...row.stops]
    .sort((a, b) => a.seq - b.seq)
    .map((stop): StopView => {
      const here = mine.filter((record) => record.stop_id === stop.id || record.employer_id === stop.employer_id)
      let state: StopState = stop.status
      if (here.some((record) => record.kind === 'visit')) state = 'visited'
      else if (state === 'planned' && here.some((record) => record.kind === 'check_in')) state = 'checked_in'
      return { ...stop, state, distance_m: from && stop.position ? distanceM(from, stop.position) : null }
    })
  const started = mine.find((record) => record.kind === 'patrol_start')
  const finished = mine.find((record) => record.kind === 'patrol_finish')
  let { status } = row
  if (status === 'planned' && started) status = 'started'
  if ((status === 'planned' || status === 'started') && finished) status = 'finished'
  return {
    row,
    stops,
    done: stops.filter((stop) => stop.state === 'visited' || stop.state === 'skipped').length,
    started_at: started?.captured_at ?? null,
    finished_at: finished?.captured_at ?? null,
    status,
  }
}

/** Which stop to go to next: the nearest of those left, or the first in the plan while nobody knows where she is. */
export function nextStop(patrol: PatrolView): StopView | null {
  const left = patrol.stops.filter((stop) => stop.state === 'planned' || stop.state === 'checked_in')
  const begun = left.find((stop) => stop.state === 'checked_in')
  if (begun) return begun
  const near = left.filter((stop) => stop.distance_m !== null).sort((a, b) => a.distance_m! - b.distance_m!)
  return near[0] ?? left[0] ?? null
}
