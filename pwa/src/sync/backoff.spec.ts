import { describe, expect, it } from 'vitest'
import { backoffMs, isDue } from './backoff'

describe('a wait', () => {
  it('is over at its moment and not before', () => {
    expect(isDue(0, 1_000)).toBe(true)
    expect(isDue(1_000, 1_000)).toBe(true)
    expect(isDue(1_001, 1_000)).toBe(false)
  })

  it('that is set is never longer than one that is believed', () => {
    for (const failures of [1, 2, 5, 20, 1_000])
      expect(
        isDue(
          backoffMs(failures, () => 0.999),
          0,
        ),
      ).toBe(false)
  })

  it('counts for nothing when the clock was put back since it was set', () => {
    const nextAt = 86_400_000 + backoffMs(3, () => 0.5)
    expect(isDue(nextAt, 86_400_000)).toBe(false)
    expect(isDue(nextAt, 0)).toBe(true)
  })
})
