import { describe, expect, it } from 'vitest'
import { gapsText, missingOf, sheetOf, sorted, troubleOf, type Chain } from './chains'

const chain = (changes: Partial<Chain>): Chain => ({
  device_id: null,
  chain_id: 'a',
  first_seq: 1,
  last_seq: 9,
  operations: 9,
  unsealed: 0,
  missing: [],
  forks: [],
  breaks: [],
  last_received_at: '2026-11-27T08:00:00Z',
  is_whole: true,
  ...changes,
})

describe('chains', () => {
  it('counts what is missing, from the beginning where its first number is not known', () => {
    const broken = chain({ missing: [[null, 2], [5, 7]], forks: [8], breaks: [9] }) // prettier-ignore
    expect(missingOf(broken)).toBe(5)
    expect(troubleOf(broken)).toBe(7)
    expect(gapsText(broken)).toBe('1–2、5–7')
    expect(gapsText(chain({ missing: [[4, 4]] }))).toBe('4')
  })

  it('puts the most troubled first', () => {
    const chains = [chain({ chain_id: 'a' }), chain({ chain_id: 'b', forks: [1] })]
    expect(sorted(chains, '-trouble').map(({ chain_id }) => chain_id)).toEqual(['b', 'a'])
    expect(sorted(chains, 'trouble').map(({ chain_id }) => chain_id)).toEqual(['a', 'b'])
  })

  it('writes a sheet in which nothing runs into its neighbour', () => {
    expect(sheetOf(['a', 'b'], [['x"y', 1]])).toBe('\ufeff"a","b"\r\n"x""y","1"\r\n')
  })
})
