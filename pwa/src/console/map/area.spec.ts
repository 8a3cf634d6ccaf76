import { describe, expect, it } from 'vitest'
import { areaFromText, areaToText, bboxOf, bboxOfGeometry } from './area'

describe('a drawn area in the address', () => {
  it('survives the round trip to about a metre', () => {
    const area = {
      type: 'Polygon' as const,
      coordinates: [
        [
          [119.1, 36.7],
          [119.2000004, 36.7],
          [119.2, 36.8],
          [119.1, 36.7],
        ] as [number, number][],
      ],
    }
    expect(areaToText(area)).toBe('119.1,36.7;119.2,36.7;119.2,36.8')
    expect(areaFromText(areaToText(area))?.coordinates[0]).toHaveLength(4)
  })

  it.each(['', '1,2', '1,2;3,4', 'a,b;c,d;e,f', '1,2;3,4;5,', '1,2;3,4;500,6', '1,2,3;4,5;6,7', 'NaN,1;2,3;4,5'])(
    'is none for %j',
    (text) => {
      expect(areaFromText(text)).toBeNull()
    },
  )
})

describe('the box to fit', () => {
  it('holds all positions', () => {
    expect(
      bboxOf([
        [119, 36],
        [118, 37],
      ]),
    ).toEqual([118, 36, 119, 37])
    expect(bboxOf([])).toBeNull()
  })
  it('reads nested coordinates', () => {
    expect(
      bboxOfGeometry({
        coordinates: [
          [
            [
              [1, 2],
              [3, 4],
              [1, 2],
            ],
          ],
          [[[9, -1]]],
        ],
      }),
    ).toEqual([1, -1, 9, 4])
    expect(bboxOfGeometry(null)).toBeNull()
  })
})
