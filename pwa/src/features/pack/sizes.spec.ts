import { describe, expect, it } from 'vitest'
import { employerOf, phone } from '@/testing/phone'
import { aboutBytes, packParts, sizeText } from './sizes'

describe('the offline pack', () => {
  it('says what is here, how many and how old, and what is not', async () => {
    const { db } = await phone()
    const row = { generation: 1, local: 0 as const, initials: '', gone: 0 as const }
    await db.employers.bulkAdd([
      { ...employerOf('e1'), ...row },
      { ...employerOf('e2'), ...row },
    ])
    await db.reference.put({
      key: 'places',
      etag: null,
      fetched_at: '2026-11-20T00:00:00Z',
      data: { features: [1, 2, 3] },
    })
    const parts = Object.fromEntries((await packParts(db)).map((part) => [part.name, part]))
    expect(parts.employers).toMatchObject({ count: 2, at: null })
    expect(parts.places).toMatchObject({ count: 3, at: '2026-11-20T00:00:00Z' })
    expect(parts.words).toMatchObject({ count: null, at: null, bytes: 0 })
  })
  it('knows the size of many rows to a few parts in a hundred', () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => employerOf(`e${i}`, { address: '街'.repeat(i % 40) }))
    const exact = new TextEncoder().encode(JSON.stringify(rows)).length
    expect(Math.abs(aboutBytes(rows) / exact - 1)).toBeLessThan(0.05)
  })
  it.each([
    [300, '1 KB'],
    [45_000, '45 KB'],
    [2_340_000, '2.3 MB'],
    [3.2e9, '3.2 GB'],
  ])('%i bytes are %s', (bytes, text) => {
    // prettier-ignore
    expect(sizeText(bytes)).toBe(text)
  })
})
