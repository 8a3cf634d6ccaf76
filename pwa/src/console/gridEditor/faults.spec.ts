import { describe, expect, it } from 'vitest'
import { areaText, faultFeatures, km2Text, lookAt, middleOf, onlySlivers } from './faults'
import type { Fault } from './types'

const fault = (kind: Fault['kind'], area_m2: number): Fault => ({
  kind,
  names: [],
  area_m2,
  geom: {
    type: 'Polygon',
    coordinates: [
      [
        [119, 36],
        [119.01, 36],
        [119, 36.01],
        [119, 36],
      ],
    ],
  },
})

describe('the one-click mend', () => {
  it('is offered only when it would mend everything', () => {
    expect(onlySlivers({ ok: false, total: 2, faults: [fault('gap', 3), fault('overlap', 1999)] })).toBe(true)
    expect(onlySlivers({ ok: false, total: 2, faults: [fault('gap', 3), fault('gap', 50_000)] })).toBe(false)
    expect(onlySlivers({ ok: false, total: 1, faults: [fault('outside', 3)] })).toBe(false)
    expect(onlySlivers({ ok: true, total: 0, faults: [] })).toBe(false)
    expect(onlySlivers(null)).toBe(false)
  })
})

it.each([
  [0.4, '0.40 平方米', '0.40 m²'],
  [3.21, '3.2 平方米', '3.2 m²'],
  [3400, '3,400 平方米', '3,400 m²'],
  [1_250_000, '1.25 平方公里', '1.25 km²'],
  [15_900_000_000, '15900.0 平方公里', '15900.0 km²'],
])('%d square metres read as people compare them', (m2, chinese, english) => {
  expect([areaText(m2, 'zh-CN'), areaText(m2, 'en')]).toEqual([chinese, english])
})

it('a column of square kilometres tells neighbours apart', () => {
  expect([null, 0.0823, 0.24, 12.345, 2380.4].map(km2Text)).toEqual(['—', '0.082', '0.240', '12.35', '2380'])
})

it('a fault is painted by its kind, and looked at with a little around it', () => {
  const one = fault('overlap', 10)
  expect(faultFeatures([one]).features[0]).toMatchObject({ geometry: one.geom, properties: { kind: 'overlap' } })
  const box = lookAt(one.geom)!
  expect(box[0]).toBeLessThan(119)
  expect(box[3]).toBeGreaterThan(36.01)
  expect(lookAt(null)).toBeNull()
})

it('a name is written into the largest part', () => {
  const box = (w: number, s: number, d: number) => [
    [w, s],
    [w + d, s],
    [w + d, s + d],
    [w, s + d],
    [w, s],
  ]
  const at = middleOf({ type: 'MultiPolygon', coordinates: [[box(0, 0, 1)], [box(10, 10, 4)]] })!
  expect(at[0]).toBeCloseTo(12, 6)
  expect(at[1]).toBeCloseTo(12, 6)
})
