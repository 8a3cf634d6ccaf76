import { describe, expect, it } from 'vitest'
import { shouldTellServer, standingAt } from './idle'

const minute = 60_000

describe('a desk that nobody uses', () => {
  it('is used, then warned a minute before, then over', () => {
    expect(standingAt(28 * minute, 0, 30).state).toBe('used')
    expect(standingAt(29 * minute, 0, 30)).toEqual({ state: 'warning', leftMs: minute })
    expect(standingAt(29.5 * minute, 0, 30)).toEqual({ state: 'warning', leftMs: minute / 2 })
    expect(standingAt(30 * minute, 0, 30)).toEqual({ state: 'over', leftMs: 0 })
    expect(standingAt(300 * minute, 0, 30).state).toBe('over')
  })
  it('starts over with each use', () => {
    expect(standingAt(40 * minute, 39 * minute, 30).state).toBe('used')
  })
  it('tells the server of use now and then, and of no use never', () => {
    expect(shouldTellServer(4 * minute, 0, 3 * minute, 30)).toBe(false)
    expect(shouldTellServer(5 * minute, 0, 3 * minute, 30)).toBe(true)
    expect(shouldTellServer(25 * minute, 10 * minute, 9 * minute, 30)).toBe(false)
  })
  it('tells it more often where the limit is short', () => {
    expect(shouldTellServer(1 * minute, 0, 0.5 * minute, 3)).toBe(true)
  })
})
