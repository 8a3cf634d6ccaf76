import { describe, expect, it } from 'vitest'
import type { CheckInRead } from '../data/types'
import { checkInSign, distanceText, explainCheckIn } from './checkIn'

const limits = { geofence_radius_m: 100, poor_accuracy_m: 200, position_max_age_s: 60, clock_skew_max_s: 300 }
const checkIn = (change: Partial<CheckInRead>): CheckInRead => ({
  id: 'c',
  employer_id: 'e',
  employer_name: '测试厂',
  person: { id: 'p', name: '王芳' },
  patrol_id: null,
  position: [119, 36.7],
  accuracy_m: 12,
  distance_m: 23,
  is_on_site: true,
  flags: [],
  happened_at: '2026-11-24T01:00:00Z',
  captured_at: '2026-11-24T01:00:00Z',
  received_at: '2026-11-24T01:00:02Z',
  ...change,
})
const keys = (change: Partial<CheckInRead>) =>
  explainCheckIn(checkIn(change), limits, 'en').map((s) => s.key.split('.').pop())

describe('a check-in in plain words', () => {
  it('says one good thing when all is well', () => {
    expect(explainCheckIn(checkIn({}), limits, 'zh-CN')).toEqual([
      { key: 'checkIn.explain.on_site', values: { distance: '23 米', radius: '100 米' }, tone: 'good' },
    ])
  })
  it('says so when it is on site only by allowing for the phone’s accuracy', () => {
    expect(keys({ distance_m: 130, accuracy_m: 40 })).toEqual(['on_site_allowing'])
  })
  it('says how far off it was', () => {
    const [first] = explainCheckIn(checkIn({ is_on_site: false, distance_m: 1234, flags: ['off_site'] }), limits, 'en')
    expect(first).toMatchObject({ key: 'checkIn.explain.off_site', values: { distance: '1.2 km' }, tone: 'warn' })
  })
  it('never calls a check-in without a position on site, nor off site', () => {
    const none = { position: null, distance_m: null, is_on_site: false, flags: ['no_position'] }
    expect(keys(none)).toEqual(['no_position'])
    expect(checkInSign(checkIn(none))).toBe('unknown')
  })
  it('does not accuse anybody on a position that proves nothing', () => {
    const vague = { is_on_site: false, distance_m: 23, accuracy_m: 850, flags: ['poor_accuracy'] }
    expect(keys(vague)).toEqual(['unsure', 'poor_accuracy'])
    expect(checkInSign(checkIn(vague))).toBe('unknown')
  })
  it('explains every flag, also one from a newer server', () => {
    const flags = ['poor_accuracy', 'stale_position', 'clock_skew', 'late_scope', 'mock_location']
    expect(keys({ flags, is_on_site: false })).toEqual([
      'unsure',
      'poor_accuracy',
      'stale_position',
      'clock_skew',
      'late_scope',
      'other',
    ])
  })
  it('says so when the employer itself has no point to measure from', () => {
    expect(keys({ distance_m: null, is_on_site: false, flags: ['employer_without_position'] })).toEqual(['no_distance'])
  })
})

describe('a distance', () => {
  it.each([
    [0, '0 m', '0 米'],
    [999.4, '999 m', '999 米'],
    [1000, '1.0 km', '1.0 公里'],
    [12_345, '12 km', '12 公里'],
  ])('%d metres reads %s', (metres, english, chinese) => {
    expect(distanceText(metres, 'en')).toBe(english)
    expect(distanceText(metres, 'zh-CN')).toBe(chinese)
  })
})
