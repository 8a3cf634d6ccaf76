/** A round as the phone knows it: the plan from the server, progress from what was captured here. */
import type { PatrolRow, RecordRow } from '@/local/db'
import type { Stop } from '@/local/shapes'
import { distanceM } from '@/shared/geo'
import { dutyOf, type Duty } from '@/features/tracks/duty'
import { walkingOrder } from './order'

export type StopState = 'planned' | 'checked_in' | 'visited' | 'skipped'

export interface StopView extends Stop {
  state: StopState
  distance_m: number | null
}

export interface PatrolView {
  row: PatrolRow
  /** As the county planned them. */
  stops: StopView[]
  /** Those left, in the order in which to walk them. */
  round: StopView[]
  /** Whether it is being walked on this phone today. */
  duty: Duty
  done: number
  started_at: string | null
  finished_at: string | null
  status: PatrolRow['status']
}

export interface RoundChoice {
  /** `plan`: as the county ordered the stops. */
  order?: 'shortest' | 'plan'
  /** The round as it was shown last, by ids of stops: kept while a new one would save too little. */
  before?: readonly string[]
  /** Day in China. */
  today?: string
}

/** What the phone's own records add to a plan. */
export function viewPatrol(
  row: PatrolRow,
  records: RecordRow[],
  from: [number, number] | null,
  choice: RoundChoice = {},
): PatrolView {
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
    round: roundOf(stops, from, choice),
    duty: dutyOf(mine.filter((record) => !choice.today || record.captured_on === choice.today)).duty,
    done: stops.filter((stop) => stop.state === 'visited' || stop.state === 'skipped').length,
    started_at: started?.captured_at ?? null,
    finished_at: finished?.captured_at ?? null,
    status,
  }
}

function roundOf(stops: StopView[], from: [number, number] | null, choice: RoundChoice): StopView[] {
  const left = stops.filter((stop) => stop.state === 'planned' || stop.state === 'checked_in')
  if (choice.order === 'plan') return left
  const before = choice.before ?? []
  const place = (stop: StopView) => (before.includes(stop.id) ? before.indexOf(stop.id) : before.length + stop.seq)
  left.sort((a, b) => place(a) - place(b))
  return walkingOrder(left.map(({ position }) => position), from).map((i) => left[i]!) // prettier-ignore
}

/** Which stop to go to next: the one she has begun, else the first of the round. */
export function nextStop(patrol: PatrolView): StopView | null {
  return patrol.round.find((stop) => stop.state === 'checked_in') ?? patrol.round[0] ?? null
}
