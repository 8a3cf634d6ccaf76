import { describe, expect, it } from 'vitest'
import { keyFacts, yuan } from './keyFacts'

describe('what speaks for an entry', () => {
  it('tells since when, how much and of how many', () => {
    const said = keyFacts({ since: '2026-01-05', amount: 52000.5, people: 12, signals: [] })
    expect(said.map(({ name }) => name)).toEqual(['since', 'amount', 'people'])
    expect(said[1]!.values).toEqual({ amount: '52,000.50' })
  })
  it('tells a span only where there is one', () => {
    expect(keyFacts({ count: 1, first: '2026-01-05', last: '2026-01-05' })[0]!.name).toBe('once')
    expect(keyFacts({ count: 2, first: '2026-01-05', last: '2026-03-05' })[0]!.name).toBe('times')
  })
  it('says nothing where nothing is known', () => {
    expect(keyFacts({})).toEqual([])
  })
  it('writes whole yuan without cents', () => {
    expect(yuan(1200)).toBe('1,200')
  })
})
