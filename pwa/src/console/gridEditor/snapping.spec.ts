import { describe, expect, it } from 'vitest'
import { makeSnapIndex, ringsOf, type LonLat } from './snapping'

const square: LonLat[] = [
  [119, 36],
  [119.02, 36],
  [119.02, 36.02],
  [119, 36.02],
  [119, 36],
]
const reach = { lon: 0.001, lat: 0.0008 }

describe('a pointer near a border', () => {
  const index = makeSnapIndex([square])

  it('takes the corner, to the last bit, even where the edge is nearer', () => {
    expect(index.snap([119.0005, 36.00001], reach)).toEqual({ at: [119, 36], on: 'vertex' })
  })
  it('takes the edge where no corner is in reach', () => {
    const snap = index.snap([119.01, 36.0005], reach)
    expect(snap?.on).toBe('edge')
    expect(snap?.at[0]).toBeCloseTo(119.01, 9)
    expect(snap?.at[1]).toBe(36)
  })
  it('stays where it is when nothing is in reach', () => {
    expect(index.snap([119.01, 36.01], reach)).toBeNull()
    expect(index.snap([119.01, 36.00081], reach)).toBeNull()
    expect(index.snap([118.9, 36], reach)).toBeNull()
  })
  it('measures on the screen: further to the east than to the north when so many degrees are as many pixels', () => {
    expect(index.snap([119.0209, 36.01], reach)?.on).toBe('edge')
    expect(index.snap([119.01, 36.0209], reach)).toBeNull()
  })
  it('reaches over the cells it sorts by', () => {
    expect(index.snap([119.0049999, 36.00001], { lon: 0.006, lat: 0.006 })).toEqual({ at: [119, 36], on: 'vertex' })
  })
})

it('a slanting edge is met at its foot', () => {
  const index = makeSnapIndex([
    [
      [119, 36],
      [119.02, 36.02],
    ],
  ])
  const snap = index.snap([119.0105, 36.0095], { lon: 0.001, lat: 0.001 })
  expect(snap?.at[0]).toBeCloseTo(119.01, 9)
  expect(snap?.at[1]).toBeCloseTo(36.01, 9)
})

it('rings are found in polygons and multipolygons, and in nothing else', () => {
  expect(ringsOf({ type: 'Polygon', coordinates: [square, square] })).toHaveLength(2)
  expect(ringsOf({ type: 'MultiPolygon', coordinates: [[square], [square, square]] })).toHaveLength(3)
  expect(ringsOf({ type: 'Point', coordinates: [119, 36] })).toEqual([])
  expect(ringsOf(null)).toEqual([])
})
