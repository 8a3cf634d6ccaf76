import { describe, expect, it } from 'vitest'
import { clockOf, dayOf, daysSince, isDay, momentText, shiftDay } from './time'

describe('the office clock', () => {
  it('is already tomorrow in Weifang when the evening begins in UTC', () => {
    expect(dayOf('2026-11-23T16:30:00Z')).toBe('2026-11-24')
    expect(clockOf('2026-11-23T16:30:00Z')).toBe('00:30')
  })
  it('leaves the day out where the page already says it', () => {
    expect(momentText('2026-11-24T06:02:00Z', '2026-11-24')).toBe('14:02')
    expect(momentText('2026-11-23T06:02:00Z', '2026-11-24')).toBe('2026-11-23 14:02')
    expect(momentText(null)).toBe('')
  })
  it('counts days by the calendar, not by hours', () => {
    expect(daysSince('2026-11-23T15:59:00Z', new Date('2026-11-23T16:01:00Z'))).toBe(1)
    expect(daysSince('2026-11-23T16:01:00Z', new Date('2026-11-24T15:59:00Z'))).toBe(0)
  })
  it('steps over the end of a month', () => {
    expect(shiftDay('2026-11-30', 1)).toBe('2026-12-01')
    expect(shiftDay('2028-03-01', -1)).toBe('2028-02-29')
  })
  it('knows a day when it sees one', () => {
    expect(isDay('2026-11-24')).toBe(true)
    expect(isDay('2026-13-44')).toBe(false)
    expect(isDay('24.11.2026')).toBe(false)
  })
})
