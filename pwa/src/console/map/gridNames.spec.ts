import { describe, expect, it } from 'vitest'
import { namePlaces } from './gridNames'

const box = (w: number, s: number, e: number, n: number) => [
  [
    [w, s],
    [e, s],
    [e, n],
    [w, n],
    [w, s],
  ],
]

describe('the place of a grid’s name', () => {
  it('is the middle of the whole, wherever the tiles cut it', () => {
    const places = namePlaces([
      { id: 'a', name: '甲', rings: box(0, 0, 1, 2) },
      { id: 'a', name: '甲', rings: box(1, 0, 4, 2) },
      { id: 'b', name: '乙', rings: box(10, 10, 12, 12) },
    ])
    expect(places.get('a')!.at.map((n) => +n.toFixed(9))).toEqual([2, 1])
    expect(places.get('b')!.at[0]).toBeCloseTo(11)
    expect(places.size).toBe(2)
  })
  it('is none for a piece without an area', () => {
    expect(
      namePlaces([
        {
          id: 'a',
          name: '甲',
          rings: [
            [
              [0, 0],
              [1, 1],
              [0, 0],
            ],
          ],
        },
      ]).size,
    ).toBe(0)
  })
})
