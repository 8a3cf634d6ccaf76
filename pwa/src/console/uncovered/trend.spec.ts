import { describe, expect, it } from 'vitest'
import { axisTop, linePath, placeDays } from './trend'
import { conditionsOf, UNCOVERED_DEFAULTS } from './types'

describe('the picture of a trend', () => {
  it('has a round number at the top that holds every value', () => {
    expect([0, 10, 11, 20, 21, 999, 1000, 1001].map((n) => axisTop([n]))).toEqual([
      10, 10, 20, 20, 50, 1000, 1000, 2000,
    ])
  })
  it('leaves the place of missing days empty and puts now a day after', () => {
    const spots = placeDays(
      [
        { day: '2026-03-01', n: 10 },
        { day: '2026-03-03', n: 5 },
        { day: '2026-03-04', n: 0, isNow: true },
      ],
      10,
      400,
      100,
    )
    expect(spots).toEqual([
      { x: 0, y: 0 },
      { x: 200, y: 50 },
      { x: 400, y: 100 },
    ])
    expect(linePath(spots)).toBe('M0.0,0.0 L200.0,50.0 L400.0,100.0')
  })
})

describe('the conditions of a question', () => {
  it('send nothing that was not asked, and no half-typed code', () => {
    expect(Object.values(conditionsOf(UNCOVERED_DEFAULTS)).every((value) => value === '')).toBe(true)
    expect(conditionsOf({ ...UNCOVERED_DEFAULTS, industry: '26x', key_list: 'no', near: '119.1,36.8' })).toMatchObject({
      industry: '',
      key_list: false,
      nearest: 50,
    })
  })
})
