import { describe, expect, it } from 'vitest'
import { differingFacts, type Fact } from './facts'

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
