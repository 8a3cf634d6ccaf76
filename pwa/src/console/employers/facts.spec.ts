import { describe, expect, it } from 'vitest'
import { differingFacts, shortAddress, type Fact } from './facts'

const facts = (values: Record<string, string>): Fact[] =>
  Object.entries(values).map(([key, value]) => ({ key, name: key, value }))

describe('two files side by side', () => {
  it('differ only where both say something', () => {
    const differing = differingFacts(
      facts({ address: '东风街 1 号', contact: '', employees: '12' }),
      facts({ address: '健康街 2 号', contact: '王', employees: '12' }),
    )
    expect([...differing]).toEqual(['address'])
  })
  it('do not differ by a space', () => {
    expect(differingFacts(facts({ address: '东风街 1 号' }), facts({ address: '东风街1号' })).size).toBe(0)
  })
})

describe('an address in a list', () => {
  it.each([
    ['山东省潍坊市寿光市孙家集街道和平街113号', '寿光市孙家集街道和平街113号'],
    ['潍坊市潍城区东风街1号', '潍城区东风街1号'],
    ['古城街道兴安路 88 号', '古城街道兴安路 88 号'],
    ['', ''],
  ])('%s reads %s', (address, short) => {
    expect(shortAddress(address)).toBe(short)
  })
})
