import type { CheckInRead, EmployerItem, PatrolDetail, Position } from '../data/types'
import { checkInSign } from '../wording/checkIn'

/** The day's work as map features. Pure, so that what is drawn can be tested without a map. */
export interface Feature {
  type: 'Feature'
  geometry: { type: 'Point'; coordinates: Position } | { type: 'LineString'; coordinates: Position[] }
  properties: Record<string, string | number | boolean>
}
export interface FeatureCollection {
  type: 'FeatureCollection'
  features: Feature[]
}

const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })
const point = (coordinates: Position, properties: Feature['properties']): Feature => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates },
  properties,
})
const line = (coordinates: Position[], properties: Feature['properties']): Feature => ({
  type: 'Feature',
  geometry: { type: 'LineString', coordinates },
  properties,
})

export const noFeatures = (): FeatureCollection => collection([])
export const pointFeatures = (at: Position, properties: Feature['properties'] = {}) =>
  collection([point(at, properties)])

export function patrolStops(patrols: readonly PatrolDetail[]): FeatureCollection {
  return collection(
    patrols
      .filter((patrol) => patrol.status !== 'cancelled')
      .flatMap((patrol) =>
        patrol.stops
          .filter((stop) => stop.employer.position !== null)
          .map((stop) =>
            point(stop.employer.position!, {
              patrol_id: patrol.id,
              employer_id: stop.employer.id,
              name: stop.employer.name ?? '',
              seq: stop.seq,
              done: stop.status === 'visited',
            }),
          ),
      ),
  )
}

/** One sign for a whole patrol where its stops would lie on each other: in their middle, with who and how far. */
export function patrolHeads(patrols: readonly PatrolDetail[]): FeatureCollection {
  return collection(
    patrols
      .filter((patrol) => patrol.status !== 'cancelled')
      .flatMap((patrol) => {
        const places = patrol.stops.flatMap((stop) => (stop.employer.position ? [stop.employer.position] : []))
        if (!places.length) return []
        const middle: Position = [mean(places.map((p) => p[0])), mean(places.map((p) => p[1]))]
        const done = patrol.stops_visited >= patrol.stops_total
        const name =
          patrols.length <= NAMED_HEADS_MAX
            ? `${patrol.assignee.name ?? ''} ${patrol.stops_visited}/${patrol.stops_total}`
            : ''
        return [point(middle, { patrol_id: patrol.id, name, done })]
      }),
  )
}
/** More than these would write over each other and over the grids' names. */
const NAMED_HEADS_MAX = 25
const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length

/** A line through the stops in their order: the plan, not the way walked. */
export function patrolLines(patrols: readonly PatrolDetail[]): FeatureCollection {
  return collection(
    patrols
      .filter((patrol) => patrol.status !== 'cancelled')
      .map((patrol) => ({
        patrol,
        way: [...patrol.stops]
          .sort((a, b) => a.seq - b.seq)
          .flatMap((stop) => (stop.employer.position ? [stop.employer.position] : [])),
      }))
      .filter(({ way }) => way.length > 1)
      .map(({ patrol, way }) => line(way, { patrol_id: patrol.id })),
  )
}

/** Check-ins where the phone said it was; those without a position are listed, not drawn. */
export function checkInPoints(checkIns: readonly CheckInRead[]): FeatureCollection {
  return collection(
    checkIns.flatMap((checkIn) =>
      checkIn.position
        ? [
            point(checkIn.position, {
              id: checkIn.id,
              sign: checkInSign(checkIn),
              name: checkIn.employer_name ?? '',
              patrol_id: checkIn.patrol_id ?? '',
            }),
          ]
        : [],
    ),
  )
}

/** From an off-site check-in to the employer it was meant for: shows at a glance how far off it was. */
export function offSiteLines(
  checkIns: readonly CheckInRead[],
  whereIs: (employerId: string) => Position | null,
): FeatureCollection {
  return collection(
    checkIns.flatMap((checkIn) => {
      const employer = whereIs(checkIn.employer_id)
      return checkInSign(checkIn) === 'off_site' && checkIn.position && employer
        ? [line([checkIn.position, employer], { id: checkIn.id })]
        : []
    }),
  )
}

export function waitingPoints(employers: readonly EmployerItem[]): FeatureCollection {
  return collection(employers.flatMap((e) => (e.position ? [point(e.position, { id: e.id, name: e.name })] : [])))
}

/** Where employers stand, as far as the day's patrols know. */
export function employerPositions(patrols: readonly PatrolDetail[]): Map<string, Position> {
  const known = new Map<string, Position>()
  for (const patrol of patrols)
    for (const stop of patrol.stops) if (stop.employer.position) known.set(stop.employer.id, stop.employer.position)
  return known
}
