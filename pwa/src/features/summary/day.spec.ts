import { describe, expect, it } from 'vitest'
import type { PhotoRow, RecordRow, TrackRow } from '@/local/db'
import { capture, checkInOf, NOON, visitOf } from '@/testing/phone'
import { onDutyMs, summarise } from './day'

const DAY = '2026-11-24'
let n = 0
const record = (
  kind: RecordRow['kind'],
  minutes: number,
  payload: RecordRow['payload'] = checkInOf('e1'),
  on = DAY,
): RecordRow => ({
  id: `0190-${String(n++).padStart(6, '0')}`,
  kind,
  employer_id: null,
  patrol_id: 'p1',
  stop_id: null,
  captured_at: new Date(NOON + minutes * 60_000).toISOString(),
  captured_on: on,
  binding: capture().binding,
  payload,
})
const talk = { ...{ topics: ['wages'], employer_id: null, patrol_id: null, grid_id: null, place: '广场', position: null, accuracy_m: null, audience: '', people_count: 30, materials: [], note: '', evidence_ids: [] } } // prettier-ignore

describe('a day in short', () => {
  it('counts what was captured on that day and nothing else', () => {
    const visit = {
      ...visitOf('e1'),
      findings: [
        { id: 'f1', kind: 'overtime' as const, severity: 'minor' as const, note: '' },
        { id: 'f2', kind: 'child_labour' as const, severity: 'major' as const, note: '' },
      ],
    }
    const records = [
      record('visit', 0, visit),
      record('visit', 5, visitOf('e2')),
      record('check_in', 1),
      record('talk', 2, talk),
      record('talk', 3, talk),
      record('employer', 4),
      record('incident', 4),
      record('visit', -1440, visitOf('e3'), '2026-11-23'),
    ]
    const photo = (changes: Partial<PhotoRow>) =>
      ({ state: 'announced', captured_at: new Date(NOON).toISOString(), ...changes }) as PhotoRow
    const photos = [photo({}), photo({}), photo({ state: 'draft' }), photo({ captured_at: '2026-11-23T04:00:00Z' })]
    const tracks = [
      { on: DAY, walked_m: 800 },
      { on: DAY, walked_m: 250 },
      { on: '2026-11-23', walked_m: 9 },
    ] as TrackRow[]
    expect(summarise(DAY, { records, photos, tracks }, NOON)).toEqual({
      visits: 2,
      check_ins: 1,
      talks: 2,
      people_reached: 60,
      incidents: 1,
      registered: 1,
      photos: 2,
      findings: 2,
      major: 1,
      walked_m: 1050,
      on_duty_ms: 0,
      is_open: false,
    })
  })

  it('counts the time on duty without the breaks', () => {
    const acts = [
      record('patrol_start', 0),
      record('patrol_pause', 30),
      record('patrol_resume', 50),
      record('patrol_finish', 90),
    ]
    expect(onDutyMs(acts, NOON + 9e9)).toEqual({ ms: 70 * 60_000, is_open: false })
    expect(onDutyMs(acts.slice(0, 3), NOON + 60 * 60_000)).toEqual({ ms: 40 * 60_000, is_open: true })
    expect(onDutyMs(acts.slice(0, 2), NOON + 9e9)).toEqual({ ms: 30 * 60_000, is_open: false })
    expect(onDutyMs([record('patrol_finish', 5)], NOON)).toEqual({ ms: 0, is_open: false })
  })
})
