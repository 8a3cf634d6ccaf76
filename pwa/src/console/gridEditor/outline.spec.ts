import { describe, expect, it } from 'vitest'
import { doubleArea, mainPart, outlineOf, sameRing, withOutline } from './outline'
import type { LonLat } from './snapping'

const box = (west: number, south: number, size: number): LonLat[] => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
]
const hole = box(119.4, 36.4, 0.1)
const lake: GeoJSON.Polygon = { type: 'Polygon', coordinates: [box(119, 36, 1), hole] }
const islands: GeoJSON.MultiPolygon = {
  type: 'MultiPolygon',
  coordinates: [[box(120.5, 36, 0.2)], [box(119, 36, 1), hole]],
}

describe('the outline under the pen', () => {
  it('is that of the largest part, whichever way it runs', () => {
    expect(mainPart(islands)).toBe(1)
    expect(doubleArea(box(0, 0, 1).reverse())).toBe(2)
    expect(outlineOf(islands)).toEqual({ type: 'Polygon', coordinates: [box(119, 36, 1)] })
  })
  it('goes back into its place, with holes and other parts untouched', () => {
    const moved = box(119, 36, 1).map(([x, y], i): LonLat => (i === 2 ? [x + 0.1, y] : [x, y]))
    expect(withOutline(lake, { type: 'Polygon', coordinates: [moved] })).toEqual({
      type: 'Polygon',
      coordinates: [moved, hole],
    })
    expect(withOutline(islands, { type: 'Polygon', coordinates: [moved] })).toEqual({
      type: 'MultiPolygon',
      coordinates: [[box(120.5, 36, 0.2)], [moved, hole]],
    })
  })
  it('knows whether anything was moved', () => {
    expect(sameRing(box(0, 0, 1), box(0, 0, 1))).toBe(true)
    expect(sameRing(box(0, 0, 1), box(0, 0, 1.0000001))).toBe(false)
    expect(sameRing(box(0, 0, 1), hole.slice(1))).toBe(false)
  })
})
