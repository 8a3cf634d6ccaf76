import { describe, expect, it } from 'vitest'
import type { RecordRow } from '@/local/db'
import { FIRST_POLICIES } from '@/local/shapes'
import type { Spot } from '@/local/tracks'
import { capture, checkInOf, NOON } from '@/testing/phone'
import { dutyOf } from './duty'
import { currentDuty, isWorthKeeping } from './rules'

const LAST: Spot = { lon: 118.77, lat: 36.92, accuracy_m: 10, at: NOON }
const after = (seconds: number, metresNorth: number, accuracy_m = 10): Spot => ({
  ...LAST,
  lat: LAST.lat + metresNorth / 111_195,
  accuracy_m,
  at: NOON + seconds * 1000,
})

describe('which points of the way are kept', () => {
  it.each([
    ['the first', after(0, 0), null, true],
    ['31 m further, two seconds later', after(2, 31), LAST, true],
    ['29 m further, two seconds later', after(2, 29), LAST, false],
    ['the same place a minute later', after(60, 0), LAST, true],
    ['the same place 59 seconds later', after(59, 0), LAST, false],
    ['a poor one, however far', after(60, 500, 101), LAST, false],
    ['one just good enough', after(60, 0, 100), LAST, true],
    ['one without an accuracy', after(60, 500, NaN), LAST, false],
    ['one from before the last', after(-5, 500), LAST, false],
    ['the very same once more', LAST, LAST, false],
  ])('%s', (_, spot, last, kept) => {
    expect(isWorthKeeping(spot, last, FIRST_POLICIES)).toBe(kept)
  })
})

describe('being on duty', () => {
  let n = 0
  const record = (kind: RecordRow['kind'], at = NOON): RecordRow => ({
    id: `0190-${String(n++).padStart(6, '0')}`,
    kind,
    employer_id: null,
    patrol_id: 'p1',
    stop_id: null,
    captured_at: new Date(at).toISOString(),
    captured_on: '2026-11-24',
    binding: capture().binding,
    payload: checkInOf('e1'),
  })
  it.each([
    [[], 'off'],
    [['check_in'], 'off'],
    [['patrol_start'], 'on'],
    [['patrol_start', 'visit', 'patrol_pause'], 'paused'],
    [['patrol_start', 'patrol_pause', 'patrol_resume', 'check_in'], 'on'],
    [['patrol_start', 'patrol_pause', 'patrol_finish'], 'off'],
    [['patrol_finish', 'patrol_start'], 'on'],
  ] as [RecordRow['kind'][], string][])('after %j is %s', (kinds, duty) => {
    expect(dutyOf(kinds.map((kind) => record(kind))).duty).toBe(duty)
  })

  it('goes by what was pressed last, whatever the clock said', () => {
    const started = record('patrol_start', NOON)
    const paused = record('patrol_pause', NOON - 3_600_000)
    expect(dutyOf([paused, started]).duty).toBe('paused')
  })

  it.each([
    ['started', 'p1'],
    ['planned', 'p1'],
    ['cancelled', undefined],
    ['finished', undefined],
  ] as const)('of a patrol that is %s by now is %s', (status, patrol_id) => {
    expect(currentDuty([record('patrol_start')], [{ id: 'p1', status }])?.patrol_id).toBe(patrol_id)
  })

  it('ends when the patrol was given to somebody else', () => {
    expect(currentDuty([record('patrol_start')], [])).toBeNull()
  })

  it('is that of the patrol with the newest word', () => {
    const second = { ...record('patrol_start', NOON + 60_000), patrol_id: 'p2' }
    const patrols = [{ id: 'p1', status: 'started' }, { id: 'p2', status: 'planned' }] as const // prettier-ignore
    expect(currentDuty([record('patrol_start'), second], [...patrols])?.patrol_id).toBe('p2')
  })
})
