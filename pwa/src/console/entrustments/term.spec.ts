import { describe, expect, it } from 'vitest'
import { termEnd } from './term'

describe('a term of whole years', () => {
  it.each([
    ['2026-01-01', 1, '2026-12-31'],
    ['2026-11-27', 2, '2028-11-26'],
    ['2028-02-29', 1, '2029-02-28'],
    ['2027-03-01', 1, '2028-02-29'],
  ])('from %s over %i ends on %s', (from, years, end) => {
    expect(termEnd(from, years)).toBe(end)
  })
})
