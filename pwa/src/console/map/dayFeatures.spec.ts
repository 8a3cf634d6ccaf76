import { describe, expect, it } from 'vitest'
import type { CheckInRead, PatrolDetail, Position } from '../data/types'
import { checkInPoints, employerPositions, offSiteLines, patrolHeads, patrolLines, patrolStops } from './dayFeatures'

const patrol = (change: Partial<PatrolDetail>, positions: (Position | null)[]): PatrolDetail => ({
  id: 'p',
  title: '',
  planned_on: '2026-11-24',
  status: 'started',
  assignee: { id: 'a', name: '' },
  stops_total: positions.length,
  stops_visited: 0,
  started_at: null,
  finished_at: null,
  note: '',
  closing_note: '',
  grid_name: null,
  planned_by: { id: 'b', name: null },
  planned_at: '2026-11-23T01:00:00Z',
  version: 1,
  stops: positions.map((position, i) => ({
    id: `s${i}`,
    seq: positions.length - i,
    status: 'planned',
    employer: { id: `e${i}`, name: `厂${i}`, address: null, position },
    check_ins: [],
    visits: [],
  })),
  ...change,
})
const checkIn = (change: Partial<CheckInRead>): CheckInRead =>
  ({
    id: 'c',
    employer_id: 'e0',
    employer_name: '',
    patrol_id: null,
    position: [1, 1],
    distance_m: 5,
    is_on_site: true,
    flags: [],
    ...change,
  }) as CheckInRead

describe('the day on the map', () => {
  it('draws the line in the order of the stops, not in the order they came', () => {
    const [way] = patrolLines([
      patrol({}, [
        [3, 0],
        [2, 0],
        [1, 0],
      ]),
    ]).features
    expect(way?.geometry.coordinates).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ])
  })
  it('leaves out what has no place, and draws no line through a single stop', () => {
    const one = [patrol({}, [[3, 0], null])]
    expect(patrolStops(one).features).toHaveLength(1)
    expect(patrolLines(one).features).toHaveLength(0)
  })
  it('stands for a patrol in the middle of its stops when seen from afar', () => {
    const [head] = patrolHeads([patrol({}, [[1, 1], [3, 3], null])]).features
    expect(head).toMatchObject({ geometry: { coordinates: [2, 2] }, properties: { done: false } })
  })
  it('forgets a cancelled patrol', () => {
    expect(patrolStops([patrol({ status: 'cancelled' }, [[1, 1]])]).features).toHaveLength(0)
  })
  it('draws a check-in only where the phone said it was', () => {
    expect(checkInPoints([checkIn({}), checkIn({ position: null })]).features).toHaveLength(1)
  })
  it('ties an off-site check-in to its employer when its place is known', () => {
    const known = employerPositions([patrol({}, [[2, 2]])])
    const off = checkIn({ is_on_site: false, distance_m: 900, flags: ['off_site'] })
    const lines = offSiteLines(
      [off, checkIn({}), checkIn({ ...off, employer_id: 'nobody' })],
      (id) => known.get(id) ?? null,
    )
    expect(lines.features.map((f) => f.geometry.coordinates)).toEqual([
      [
        [1, 1],
        [2, 2],
      ],
    ])
  })
})
