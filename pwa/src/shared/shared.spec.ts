import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical'
import { bboxOf, circle, contains, distanceM } from './geo'
import { isId, newId } from './ids'
import { initialsOf } from './pinyin'
import { sha256OfBytes, sha256OfText } from './sha256'
import { chinaClock, chinaDay, shortMoment } from './time'

describe('ids', () => {
  it('sort by the time they were made', () => {
    const made = Array.from({ length: 50 }, newId)
    expect(made.every(isId)).toBe(true)
    expect([...made].sort()).toEqual(made)
  })
})

describe('canonical JSON', () => {
  it('sorts keys, leaves no blanks and keeps Chinese as it is', () => {
    expect(canonicalJson({ b: 1, a: { d: [1.0, null], c: '网格' } })).toBe('{"a":{"c":"网格","d":[1,null]},"b":1}')
  })
  it('refuses what JSON cannot say', () => {
    expect(() => canonicalJson({ a: NaN })).toThrow()
  })
})

describe('SHA-256', () => {
  it('is the same by either way, over UTF-8', async () => {
    const text = '网格 {"a":1}'
    expect(await sha256OfBytes(new TextEncoder().encode(text).buffer as ArrayBuffer)).toBe(sha256OfText(text))
    expect(sha256OfText('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })
})

describe('places', () => {
  it('are metres apart', () => {
    expect(distanceM([119.1, 36.7], [119.1, 36.701])).toBeCloseTo(111.2, 0)
    expect(distanceM([119.1, 36.7], [119.1, 36.7])).toBe(0)
  })
  const square = { type: 'Polygon', coordinates: [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]] } // prettier-ignore
  it('lie in an area and not in its hole', () => {
    expect(contains(square, [3, 3])).toBe(true)
    expect(contains(square, [1.5, 1.5])).toBe(false)
    expect(contains(square, [5, 3])).toBe(false)
  })
  it('have a box around them', () => {
    expect(bboxOf([square])).toEqual([0, 0, 4, 4])
    expect(bboxOf([])).toBeNull()
  })
  it('have a circle of the right radius around them', () => {
    for (const point of circle([119, 36], 200)) expect(distanceM([119, 36], point)).toBeCloseTo(200, 0)
  })
})

describe('initials', () => {
  it('find a name by its first letters', () => {
    expect(initialsOf('潍坊宏发机械有限公司')).toBe('wfhfjxyxgs')
    expect(initialsOf('A座3楼·阿里')).toBe('az3lal')
  })
  it('are right for the common characters, but for those of two readings', () => {
    // GB 2312 holds its first level in the order of pinyin: where each letter begins there is known.
    const begins = { a: 0xb0a1, b: 0xb0c5, c: 0xb2c1, d: 0xb4ee, e: 0xb6ea, f: 0xb7a2, g: 0xb8c1, h: 0xb9fe, j: 0xbbf7, k: 0xbfa6, l: 0xc0ac, m: 0xc2e8, n: 0xc4c3, o: 0xc5b6, p: 0xc5be, q: 0xc6da, r: 0xc8bb, s: 0xc8f6, t: 0xcbfa, w: 0xcdda, x: 0xcef4, y: 0xd1b9, z: 0xd4d1 } // prettier-ignore
    const decoder = new TextDecoder('gb18030')
    let wrong = 0
    for (let code = 0xb0a1; code <= 0xd7f9; code++) {
      if ((code & 0xff) < 0xa1 || (code & 0xff) === 0xff) continue
      const letter = Object.entries(begins)
        .filter(([, start]) => code >= start)
        .pop()![0]
      if (initialsOf(decoder.decode(new Uint8Array([code >> 8, code & 0xff]))) !== letter) wrong++
    }
    expect(wrong).toBeLessThan(25)
  })
})

describe('time', () => {
  it('is China’s, whatever the zone of the phone', () => {
    expect(chinaDay(Date.parse('2026-11-23T16:00:00Z'))).toBe('2026-11-24')
    expect(chinaClock('2026-11-24T06:02:00Z')).toBe('14:02')
    expect(shortMoment('2026-11-23T06:02:00Z', Date.parse('2026-11-24T06:02:00Z'))).toBe('11-23 14:02')
  })
})
