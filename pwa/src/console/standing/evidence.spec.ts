import { describe, expect, it } from 'vitest'
import { evidence, yuan } from './evidence'

describe('what speaks for an entry', () => {
  it('tells since when, how much and of how many', () => {
    const said = evidence({ since: '2026-01-05', amount: 52000.5, people: 12, signals: [] })
    expect(said.map(({ key }) => key)).toEqual(['standing.why.since', 'standing.why.amount', 'standing.why.people'])
    expect(said[1]!.values).toEqual({ amount: '52,000.50' })
  })
  it('tells a span only where there is one', () => {
    expect(evidence({ count: 1, first: '2026-01-05', last: '2026-01-05' })[0]!.key).toBe('standing.why.once')
    expect(evidence({ count: 2, first: '2026-01-05', last: '2026-03-05' })[0]!.key).toBe('standing.why.times')
  })
  it('says nothing where nothing is known', () => {
    expect(evidence({})).toEqual([])
  })
  it('writes whole yuan without cents', () => {
    expect(yuan(1200)).toBe('1,200')
  })
})
